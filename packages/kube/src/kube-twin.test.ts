import { createKubeTwin } from './memory/kube-twin.ts';
import { kubeContract } from './testing/contract.ts';

kubeContract({ name: 'twin', open: async () => createKubeTwin().api('lab'), collectsGarbage: true });
