{{/* How Temporal is reached. Secrets are named, never copied. */}}
{{- define "tatara.temporalEnvironment" -}}
- name: TEMPORAL_ADDRESS
  value: {{ .Values.temporal.address | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ .Values.temporal.namespace | quote }}
{{- if include "tatara.temporalTls" . }}
- name: TEMPORAL_TLS
  value: "true"
{{- end }}
{{- with .Values.temporal.tls.serverName }}
- name: TEMPORAL_TLS_SERVER_NAME
  value: {{ . | quote }}
{{- end }}
{{- if .Values.temporal.tls.secret }}
- name: TEMPORAL_TLS_CLIENT_CERT_PATH
  value: /etc/temporal/tls/tls.crt
- name: TEMPORAL_TLS_CLIENT_KEY_PATH
  value: /etc/temporal/tls/tls.key
{{- end }}
{{- if .Values.temporal.tls.ca }}
- name: TEMPORAL_TLS_SERVER_CA_CERT_PATH
  value: /etc/temporal/tls/ca.crt
{{- end }}
{{- with .Values.temporal.apiKey }}
{{- if .secret }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* What the worker is told. */}}
{{- define "tatara.environment" -}}
{{ include "tatara.temporalEnvironment" . }}
{{- with .Values.worker.deployment.name }}
- name: TEMPORAL_DEPLOYMENT_NAME
  value: {{ . | quote }}
- name: TEMPORAL_WORKER_BUILD_ID
  value: {{ include "tatara.build" $ | quote }}
{{- end }}
- name: S3_ENDPOINT
  value: {{ .Values.s3.endpoint | quote }}
- name: AWS_REGION
  value: {{ .Values.s3.region | quote }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ .Values.s3.secret }}, key: AWS_ACCESS_KEY_ID}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.s3.secret }}, key: AWS_SECRET_ACCESS_KEY}
- name: TATARA_BUCKET
  value: {{ .Values.s3.bucket | quote }}
- name: TATARA_PREFIX
  value: {{ .Values.s3.prefix | quote }}
- name: TATARA_STATE
  value: /state
- name: TATARA_METRICS_PORT
  value: {{ .Values.worker.metricsPort | quote }}
- name: TATARA_PODS
  value: kubernetes
- name: TATARA_POD_NAMESPACE
  value: {{ include "tatara.podNamespace" . }}
- name: TATARA_PLACEMENT
  value: /etc/tatara/placement.yaml
- name: TATARA_TRAINER_IMAGE
  value: {{ include "tatara.image" (list . "trainer") }}
- name: TATARA_EVALUATOR_IMAGE
  value: {{ include "tatara.image" (list . "evaluator") }}
- name: TATARA_IMAGE_PULL_POLICY
  value: {{ .Values.images.pullPolicy }}
{{- with .Values.images.pullSecrets }}
- name: TATARA_IMAGE_PULL_SECRETS
  value: {{ join "," . | quote }}
{{- end }}
- name: TATARA_S3_SECRET
  value: {{ .Values.s3.secret }}
{{- with .Values.worker.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the operator is told; the bucket only to name places in it. */}}
{{- define "tatara.operatorEnvironment" -}}
{{ include "tatara.temporalEnvironment" . }}
- name: TATARA_BUCKET
  value: {{ .Values.s3.bucket | quote }}
- name: TATARA_PREFIX
  value: {{ .Values.s3.prefix | quote }}
- name: TATARA_OPERATOR_NAMESPACE
  value: {{ .Release.Namespace }}
- name: TATARA_WATCH_NAMESPACES
  value: {{ include "tatara.watchNamespaces" . | quote }}
- name: TATARA_LEASE
  value: {{ include "tatara.fullname" . }}-operator
- name: TATARA_METRICS_PORT
  value: {{ .Values.operator.metricsPort | quote }}
- name: TATARA_HEALTH_PORT
  value: {{ .Values.operator.healthPort | quote }}
{{- with .Values.operator.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
