{{/* Prefix of every name. */}}
{{- define "tatara.fullname" -}}
{{- .Values.fullnameOverride | default (.Release.Name | trunc 40 | trimSuffix "-") -}}
{{- end -}}

{{- define "tatara.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "tatara.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "tatara.podNamespace" -}}
{{- .Values.pods.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "tatara.selector" -}}
app.kubernetes.io/name: tatara
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: worker
{{- end -}}

{{/* Which build of worker.deployment the worker is; empty without versions. */}}
{{- define "tatara.build" -}}
{{- if .Values.worker.deployment.name -}}
{{- include "tatara.buildOf" (dict "buildId" .Values.worker.deployment.buildId "digest" .Values.images.worker.digest "tag" .Values.images.tag) | default .Chart.AppVersion -}}
{{- end -}}
{{- end -}}

{{/* What the image is, if nobody named the build: another image must never be the same build. */}}
{{- define "tatara.buildOf" -}}
{{- .buildId | default (.digest | default "" | trimPrefix "sha256:" | trunc 12) | default .tag -}}
{{- end -}}

{{/* A build as part of the name of an object. */}}
{{- define "tatara.buildName" -}}
{{- regexReplaceAll "[^a-z0-9]+" (lower .) "-" -}}
{{- end -}}

{{/* Name of the worker's Deployment. Each build has its own, so that an old one goes on untouched. */}}
{{- define "tatara.workerName" -}}
{{- $name := printf "%s-worker" (include "tatara.fullname" .) -}}
{{- with include "tatara.build" . }}{{ $name = printf "%s-%s" $name (include "tatara.buildName" .) | trunc 63 | trimSuffix "-" }}{{ end -}}
{{- $name -}}
{{- end -}}

{{/* Pods of one build; those of all builds are tatara.selector. */}}
{{- define "tatara.workerSelector" -}}
{{ include "tatara.selector" . }}
{{- with include "tatara.build" . }}
tatara.dev/build: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "tatara.labels" -}}
{{ include "tatara.selector" . }}
app.kubernetes.io/version: {{ .Values.images.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: tatara
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "tatara.operatorSelector" -}}
app.kubernetes.io/name: tatara
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "tatara.operatorLabels" -}}
{{ include "tatara.labels" . | replace "app.kubernetes.io/component: worker" "app.kubernetes.io/component: operator" }}
{{- end -}}

{{- define "tatara.operatorServiceAccount" -}}
{{- if .Values.operator.serviceAccount.create -}}
{{- .Values.operator.serviceAccount.name | default (printf "%s-operator" (include "tatara.fullname" .)) -}}
{{- else -}}
{{- .Values.operator.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* With commas between. */}}
{{- define "tatara.watchNamespaces" -}}
{{- .Values.operator.watchNamespaces | default (list .Release.Namespace) | join "," -}}
{{- end -}}

{{/* An image by name: (list . "worker"). */}}
{{- define "tatara.image" -}}
{{- $root := index . 0 -}}
{{- $image := index $root.Values.images (index . 1) -}}
{{- $repository := $image.repository -}}
{{- with $root.Values.images.registry }}{{ $repository = printf "%s/%s" . $repository }}{{ end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository ($root.Values.images.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* Port of an address host:port or of a URL. */}}
{{- define "tatara.temporalPort" -}}
{{- regexFind "[0-9]+$" .Values.temporal.address -}}
{{- end -}}

{{- define "tatara.s3Port" -}}
{{- $host := (urlParse .Values.s3.endpoint).host -}}
{{- if contains ":" $host -}}
{{- regexFind "[0-9]+$" $host -}}
{{- else -}}
{{- ternary "443" "80" (hasPrefix "https:" .Values.s3.endpoint) -}}
{{- end -}}
{{- end -}}

{{/* Whether the connection to Temporal is by TLS. */}}
{{- define "tatara.temporalTls" -}}
{{- if or .Values.temporal.tls.enabled .Values.temporal.tls.secret .Values.temporal.apiKey.secret }}true{{ end -}}
{{- end -}}

{{/* All that is missing or contradictory, at once, each with what to type. */}}
{{- define "tatara.check" -}}
{{- $problems := list -}}
{{- if not .Values.temporal.address -}}
{{- $problems = append $problems "temporal.address is not set; set it, for example --set temporal.address=temporal-frontend.temporal:7233" -}}
{{- end -}}
{{- if not .Values.s3.endpoint -}}
{{- $problems = append $problems "s3.endpoint is not set; set it, for example --set s3.endpoint=http://minio.storage:9000" -}}
{{- end -}}
{{- if not .Values.s3.secret -}}
{{- $problems = append $problems (printf "s3.secret is not set; create one with kubectl -n %s create secret generic tatara-s3 --from-literal=AWS_ACCESS_KEY_ID=… --from-literal=AWS_SECRET_ACCESS_KEY=… and set it with --set s3.secret=tatara-s3" .Release.Namespace) -}}
{{- end -}}
{{- if and .Values.temporal.tls.ca (not .Values.temporal.tls.secret) -}}
{{- $problems = append $problems "temporal.tls.ca is true, but temporal.tls.secret names no secret that could hold ca.crt; set temporal.tls.secret" -}}
{{- end -}}
{{- if and .Values.podDisruptionBudget.enabled (eq (toString .Values.podDisruptionBudget.maxUnavailable) "0") -}}
{{- $problems = append $problems "podDisruptionBudget.maxUnavailable is 0, so no node with a worker could ever be drained; set it to 1 or more" -}}
{{- end -}}
{{- with .Values.worker.autoscaling -}}
{{- if and .enabled .keda.enabled -}}
{{- $problems = append $problems "worker.autoscaling.enabled and worker.autoscaling.keda.enabled are both true, but KEDA makes an autoscaler of its own, and two would work against each other; set worker.autoscaling.enabled=false" -}}
{{- end -}}
{{- if and .keda.enabled (include "tatara.temporalTls" $) (not (or $.Values.temporal.tls.secret $.Values.temporal.apiKey.secret)) -}}
{{- $problems = append $problems "temporal.tls.enabled is true, but KEDA talks TLS to Temporal only with a certificate of the client or an API key; set temporal.tls.secret or temporal.apiKey.secret, or use worker.autoscaling.enabled instead of worker.autoscaling.keda.enabled" -}}
{{- end -}}
{{- if and (or .enabled .keda.enabled) (lt (int .maxReplicas) (int .minReplicas)) -}}
{{- $problems = append $problems (printf "worker.autoscaling.maxReplicas is %d, less than minReplicas, %d; set it to that or more" (int .maxReplicas) (int .minReplicas)) -}}
{{- end -}}
{{- if and .enabled (not (dig "requests" "cpu" "" $.Values.worker.resources)) -}}
{{- $problems = append $problems "worker.autoscaling goes by the share of resources.requests.cpu that is used, but there is none; set worker.resources.requests.cpu" -}}
{{- end -}}
{{- end -}}
{{- with .Values.worker.deployment -}}
{{- if and .buildId (not .name) -}}
{{- $problems = append $problems (printf "worker.deployment.buildId is %s, but worker.deployment.name is empty, so the worker would have no versions; set both, for example --set worker.deployment.name=tatara, or none" .buildId) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.worker.previousBuilds (not .Values.worker.deployment.name) -}}
{{- $problems = append $problems "worker.previousBuilds is set, but worker.deployment.name is empty, so no run would be bound to a build; set worker.deployment.name to that of the previous builds" -}}
{{- end -}}
{{- if .Values.worker.deployment.name -}}
{{- $seen := dict (include "tatara.buildName" (include "tatara.build" .)) "worker.deployment" -}}
{{- range $i, $previous := .Values.worker.previousBuilds -}}
{{- $build := include "tatara.buildOf" (dict "buildId" $previous.buildId "digest" (dig "digests" "worker" "" $previous) "tag" $previous.tag) -}}
{{- $here := printf "worker.previousBuilds[%d]" $i -}}
{{- with get $seen (include "tatara.buildName" $build) -}}
{{- $problems = append $problems (printf "%s is the build %s, as is %s (case and punctuation do not tell builds apart); give each its own tag or buildId, or remove it" $here $build .) -}}
{{- end -}}
{{- $_ := set $seen (include "tatara.buildName" $build) $here -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n%d problem(s) in the values:\n  - %s\n" (len $problems) (join "\n  - " $problems)) -}}
{{- end -}}
{{- end -}}
