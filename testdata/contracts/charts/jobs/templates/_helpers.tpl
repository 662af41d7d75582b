{{/* The account that jobs run under. */}}
{{- define "jobs.account" -}}
{{- if .Values.account.create -}}
{{ .Values.account.name | default (printf "%s-jobs" .Release.Name) }}
{{- else -}}
{{ default "default" .Values.account.name }}
{{- end -}}
{{- end -}}
