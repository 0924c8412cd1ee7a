export type { ServiceCommand, ServiceCommandName } from './services.ts';
export { serviceCommands } from './services.ts';
