/** Which cluster: its profile folder, and its id among those of the profile. */
export interface Place {
  readonly profileDir: string;
  readonly clusterId: string;
}
