import { DefaultSerializer } from 'node:v8';
import { MusterError } from '@muster/protocol';
import {
  defaultThresholdBytes,
  flagErrors,
  formatVersion,
  headBytes,
  hostError,
  hostFunction,
  hostReference,
  magic,
  maxFrames,
  viewBytes,
  viewKind,
} from './format.ts';
import type { StandIn, Substitution } from './substitute.ts';
import { substitute } from './substitute.ts';
import { survey } from './survey.ts';
import { whyNot } from './why-not.ts';

export interface PackOptions {
  /** Views and ArrayBuffers of at least this many bytes travel as frames of their own, without a copy. Default 1024. */
  readonly thresholdBytes?: number;
  /** Functions and References may travel (by source and by name): in the arguments of a call. Default false. */
  readonly calls?: boolean;
  /** How the value is called in errors. Default 'value'. */
  readonly name?: string;
}

const emptyHead = Uint8Array.from([...magic, formatVersion, ...new Array(headBytes - 5).fill(0)]);
const noStandIns: ReadonlyMap<ArrayBufferView, StandIn> = new Map();

/** V8's serializer; views at or above the threshold go to `frames`, smaller ones into the clone. */
class FrameSerializer extends DefaultSerializer {
  frames: Uint8Array[] = [];
  standIns = noStandIns;
  thresholdBytes = defaultThresholdBytes;
  errorCount = 0;

  // Called by V8 for each view, once for each object.
  _writeHostObject(view: ArrayBufferView): void {
    const standIn = this.standIns.get(view);
    if (standIn !== undefined) this.#writeStandIn(standIn);
    else {
      this.writeUint32(viewKind(view));
      const bytes = viewBytes(view);
      if (bytes.length >= this.thresholdBytes) {
        this.writeUint32(this.frames.push(bytes));
      } else {
        this.writeUint32(0);
        this.writeUint32(bytes.length);
        this.writeRawBytes(bytes);
      }
    }
  }

  #writeStandIn(standIn: StandIn): void {
    if (standIn.kind === 'error') {
      this.writeUint32(hostError);
      this.writeUint32(standIn.errorClass);
      return;
    }
    const text = Buffer.from(standIn.kind === 'reference' ? standIn.name : standIn.source);
    this.writeUint32(standIn.kind === 'reference' ? hostReference : hostFunction);
    this.writeUint32(text.length);
    this.writeRawBytes(text);
  }
}

/**
 * Packs a value into frames: first the head, then large ArrayBuffers and views as they are, without a copy (so do not
 * change them before they are sent). Everything that structured clone takes may travel, to any depth, with circles;
 * errors keep name, message, stack, cause and own fields. Class instances arrive as plain objects.
 * Throws MusterError `cannot_serialize`, which names the path of the part that cannot travel.
 */
export function packValue(value: unknown, options: PackOptions = {}): Uint8Array[] {
  const thresholdBytes = Math.min(options.thresholdBytes ?? defaultThresholdBytes, 2 ** 30);
  const refuse = (cause: unknown): never => {
    if (cause instanceof MusterError) throw cause;
    const obstacle = whyNot(value, options.calls ?? false, options.name);
    if (obstacle === undefined) throw new MusterError('cannot_serialize', (cause as Error)?.message);
    throw new MusterError('cannot_serialize', `${obstacle.path} is ${obstacle.what}, which cannot be sent`);
  };
  try {
    const { arrayBuffers, special } = survey(value, thresholdBytes);
    const substitution = special ? substitute(value, options.calls ?? false) : undefined;
    if (options.calls !== true && substitution !== undefined) refuseReferences(substitution, refuse);
    return serializeFrames(value, arrayBuffers, substitution, thresholdBytes);
  } catch (cause) {
    return refuse(cause);
  }
}

function refuseReferences(substitution: Substitution, refuse: (cause: unknown) => never): void {
  for (const standIn of substitution.standIns.values()) if (standIn.kind === 'reference') refuse(undefined);
}

function serializeFrames(
  value: unknown,
  arrayBuffers: readonly ArrayBuffer[],
  substitution: Substitution | undefined,
  thresholdBytes: number,
): Uint8Array[] {
  const serializer = new FrameSerializer();
  serializer.thresholdBytes = thresholdBytes;
  for (const buffer of arrayBuffers) {
    serializer.transferArrayBuffer(serializer.frames.length, buffer);
    serializer.frames.push(new Uint8Array(buffer));
  }
  serializer.writeRawBytes(emptyHead);
  serializer.writeHeader();
  if (substitution === undefined) serializer.writeValue(value);
  else {
    serializer.standIns = substitution.standIns;
    serializer.writeValue(substitution.value);
    if (substitution.errors.length > 0) serializer.writeValue(substitution.errors);
  }
  const head = serializer.releaseBuffer();
  const frames = [head as Uint8Array, ...serializer.frames];
  if (frames.length > maxFrames)
    throw new MusterError(
      'cannot_serialize',
      `the value has ${frames.length - 1} large buffers, at most ${maxFrames - 1}`,
    );
  head[5] = substitution !== undefined && substitution.errors.length > 0 ? flagErrors : 0;
  head.writeUInt32LE(arrayBuffers.length, 8);
  head.writeUInt32LE(frames.length, 12);
  return frames;
}
