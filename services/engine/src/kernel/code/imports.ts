import type { ImportDeclaration } from 'acorn';

/** A static import as an expression that awaits the dynamic one and assigns what it binds. */
export function importExpression(node: ImportDeclaration): { readonly names: string[]; readonly code: string } {
  const names = node.specifiers.map(({ local }) => local.name);
  const options = node.attributes.length === 0 ? '' : `,{with:{${node.attributes.map(attribute).join(',')}}}`;
  const module = `await import(${JSON.stringify(node.source.value)}${options})`;
  const namespace = node.specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier');
  const members = node.specifiers.flatMap((specifier) => {
    if (specifier.type === 'ImportDefaultSpecifier') return [`default:${specifier.local.name}`];
    if (specifier.type !== 'ImportSpecifier') return [];
    const { imported } = specifier;
    return [
      `${imported.type === 'Identifier' ? imported.name : JSON.stringify(imported.value)}:${specifier.local.name}`,
    ];
  });
  if (namespace !== undefined) {
    const { name } = namespace.local;
    const rest = members.length === 0 ? '' : `,{${members.join(',')}}=${name}`;
    return { names, code: `void (${name}=${module}${rest})` };
  }
  return { names, code: members.length === 0 ? module : `void ({${members.join(',')}}=${module})` };
}

function attribute(node: ImportDeclaration['attributes'][number]): string {
  const { key } = node;
  const name = key.type === 'Identifier' ? key.name : key.value;
  return `${JSON.stringify(name)}:${JSON.stringify(node.value.value)}`;
}
