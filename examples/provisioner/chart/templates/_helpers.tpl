{{- define "room.selector" -}}
app.kubernetes.io/name: room
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "room.labels" -}}
{{ include "room.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
provisioner/instance: {{ .Values.instance | quote }}
provisioner/tier: {{ .Values.tier | quote }}
{{- end }}
