{{/* What all pods of the release have: no token, no root, the places of values. Call with the root. */}}
{{- define "muster.pod" -}}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  {{- if .Values.runAsUser }}
  runAsUser: {{ .Values.runAsUser }}
  runAsGroup: {{ .Values.runAsUser }}
  fsGroup: {{ .Values.runAsUser }}
  {{- end }}
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What all containers have: a root file system that cannot be written, no privileges. */}}
{{- define "muster.container" -}}
imagePullPolicy: {{ .Values.imagePullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* The time that a service has to end: it lingers, and what is on its way is written. */}}
{{- define "muster.grace" -}}
{{ add .Values.lingerSeconds 12 }}
{{- end -}}

{{- define "muster.probes" -}}
livenessProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 2
{{- end -}}

{{/* Settings of a service. Secrets are files; these are their paths. Call with the root. */}}
{{- define "muster.settings" -}}
- {name: HOME, value: /tmp}
- {name: MUSTER_CLUSTER_ID, value: {{ include "muster.clusterId" . | quote }}}
- {name: MUSTER_KEY_FILE, value: /etc/muster/key}
- {name: MUSTER_BASE_PORT, value: {{ .Values.basePort | quote }}}
- {name: MUSTER_HTTP, value: "0.0.0.0:8080"}
- {name: MUSTER_LINGER, value: {{ .Values.lingerSeconds | quote }}}
- {name: MUSTER_LOG_LEVEL, value: {{ .Values.logLevel }}}
- {name: MUSTER_LOG_FORMAT, value: json}
{{- with .Values.transport }}
- {name: MUSTER_TRANSPORT, value: {{ . }}}
{{- end }}
{{- if include "muster.ownNats" . }}
- {name: MUSTER_NATS, value: "nats://{{ include "muster.name" . }}-nats:4222"}
- {name: MUSTER_NATS_USER, value: muster}
{{- else }}
- {name: MUSTER_NATS, value: {{ .Values.nats.external.url | quote }}}
{{- with .Values.nats.external.user }}
- {name: MUSTER_NATS_USER, value: {{ . | quote }}}
{{- end }}
{{- if .Values.nats.external.tokenSecret }}
- {name: MUSTER_NATS_TOKEN_FILE, value: /etc/muster/nats-token}
{{- end }}
{{- if .Values.nats.external.caSecret }}
- {name: MUSTER_NATS_CA_FILE, value: /etc/muster/nats-ca.crt}
{{- end }}
{{- end }}
{{- if include "muster.natsPasswordSecret" . }}
- {name: MUSTER_NATS_PASSWORD_FILE, value: /etc/muster/nats-password}
{{- end }}
{{- range $name, $value := .Values.env }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- if .Values.curve.secret }}
- {name: IPP_ENABLE_CURVE, value: "1"}
- {name: MUSTER_CURVE_SECRETKEY_FILE, value: /etc/muster/curve-secretkey}
{{- if .Values.curve.strict }}
- {name: MUSTER_CURVE_STRICT, value: "1"}
- {name: MUSTER_CURVE_CLIENT_SECRETKEY_FILE, value: /etc/muster/curve-client-secretkey}
{{- end }}
{{- end }}
{{- end -}}

{{- define "muster.storeSettings" -}}
- {name: MUSTER_MONGODB_FILE, value: /etc/muster/mongodb-uri}
- {name: MUSTER_MONGODB_DATABASE, value: {{ .Values.mongodb.database | default (include "muster.clusterId" . | trunc 60) | quote }}}
{{- end -}}

{{/* The files of secrets, in /etc/muster. Call with (list . WITH-MONGODB). */}}
{{- define "muster.secretFiles" -}}
{{- $root := index . 0 -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret: {name: {{ include "muster.keySecret" $root }}, items: [{key: key, path: key}]}
      {{- with include "muster.natsPasswordSecret" $root }}
      - secret: {name: {{ . }}, items: [{key: password, path: nats-password}]}
      {{- end }}
      {{- with $root.Values.nats.external }}
      {{- if and .url .tokenSecret }}
      - secret: {name: {{ .tokenSecret }}, items: [{key: token, path: nats-token}]}
      {{- end }}
      {{- if and .url .caSecret }}
      - secret: {name: {{ .caSecret }}, items: [{key: ca.crt, path: nats-ca.crt}]}
      {{- end }}
      {{- end }}
      {{- with $root.Values.curve }}
      {{- if .secret }}
      - secret: {name: {{ .secret }}, items: [{key: secretkey, path: curve-secretkey}]}
      {{- end }}
      {{- if and .secret .strict }}
      - secret: {name: {{ .secret }}, items: [{key: client-secretkey, path: curve-client-secretkey}]}
      {{- end }}
      {{- end }}
      {{- if index . 1 }}
      - secret: {name: {{ include "muster.mongodbSecret" $root }}, items: [{key: uri, path: mongodb-uri}]}
      {{- end }}
- name: tmp
  emptyDir: {}
{{- end -}}

{{- define "muster.secretMounts" -}}
- {name: secrets, mountPath: /etc/muster, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- end -}}
