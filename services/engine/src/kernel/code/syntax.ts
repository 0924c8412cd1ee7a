// The parts of a syntax tree that the transform looks at, and a walk over them.
import type { AnyNode, Pattern } from 'acorn';

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'MethodDefinition',
  'StaticBlock',
]);

/** What `walk` does below a node. */
export type Visit = (node: AnyNode, parent: AnyNode) => void;

/**
 * Visits the nodes below one that run as part of the cell itself: bodies and parameters of functions and methods are
 * left out, for what they declare and await is their own.
 */
export function walk(root: AnyNode, visit: Visit): void {
  const waiting: AnyNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const child of children(node)) {
      visit(child, node);
      if (!functionTypes.has(child.type)) waiting.push(child);
    }
  }
}

function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === 'object' && item !== null && typeof (item as AnyNode).type === 'string')
        found.push(item as AnyNode);
    }
  }
  return found;
}

/** Names that a pattern binds: `{a, b: [c = 1], ...d}` binds a, c and d. */
export function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    default:
      return [];
  }
}
