{{/* Name of the release's objects: at most 40 characters, so that 18 more fit behind it in every kind of name. */}}
{{- define "muster.name" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else if contains "muster" .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-muster" (.Release.Name | trunc 33 | trimSuffix "-") }}
{{- end -}}
{{- end -}}

{{- define "muster.clusterId" -}}
{{ .Values.clusterId | default (printf "%s-%s" .Release.Namespace (include "muster.name" .)) | trunc 100 }}
{{- end -}}

{{/* Labels by which selectors find a component's pods. Call with (list . "hub"). */}}
{{- define "muster.selector" -}}
app.kubernetes.io/name: muster
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "muster.labels" -}}
{{ include "muster.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/part-of: muster
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Address in the connection files, where it is known before the pods run; else empty. */}}
{{- define "muster.address" -}}
{{- if .Values.address -}}
{{ .Values.address }}
{{- else if eq .Values.service.type "ClusterIP" -}}
{{ printf "%s.%s.svc" (include "muster.name" .) .Release.Namespace }}
{{- end -}}
{{- end -}}

{{- define "muster.keySecret" -}}
{{ .Values.key.existingSecret | default (printf "%s-key" (include "muster.name" .)) }}
{{- end -}}

{{- define "muster.mongodbSecret" -}}
{{ .Values.mongodb.external.uriSecret | default (printf "%s-mongodb" (include "muster.name" .)) }}
{{- end -}}

{{/* "true" when the chart installs the server itself. */}}
{{- define "muster.ownNats" -}}
{{- if not .Values.nats.external.url }}true{{ end -}}
{{- end -}}

{{- define "muster.ownMongodb" -}}
{{- if not (or .Values.mongodb.external.uri .Values.mongodb.external.uriSecret) }}true{{ end -}}
{{- end -}}

{{/* Secret with the NATS password; empty when there is none. */}}
{{- define "muster.natsPasswordSecret" -}}
{{- if include "muster.ownNats" . }}{{ include "muster.name" . }}-nats{{ else }}{{ .Values.nats.external.passwordSecret }}{{ end -}}
{{- end -}}

{{/* A password that is made once: what the Secret holds already, else a new one. Call with (list . SECRET KEY), once for each. */}}
{{- define "muster.generated" -}}
{{- $known := (lookup "v1" "Secret" (index . 0).Release.Namespace (index . 1)).data | default dict -}}
{{- if hasKey $known (index . 2) -}}
{{ index $known (index . 2) | b64dec }}
{{- else -}}
{{ randAlphaNum 48 }}
{{- end -}}
{{- end -}}
