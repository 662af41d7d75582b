{{- define "api.image" -}}
{{- $image := .image -}}
{{ .registry }}/{{ $image.name }}:{{ $image.tag | default .version }}
{{- end }}

{{- define "api.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "api.database" -}}
{{- printf "postgresql://%s:%d/%s" (required "database.host must be given" .host) (int .port) .name -}}
{{- end }}
