package dev.tatara.k8s.cluster;

import dev.tatara.config.Json;
import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Names and labels of a gang's objects: the same gang gives the same ones. */
final class GangNames {
  static final String RUN = "tatara.dev/run";
  static final String STAGE = "tatara.dev/stage";
  static final String GANG = "tatara.dev/gang";

  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String TATARA = "tatara";

  /** Digest of the work, an annotation: a gang of the same name with other work is another one. */
  static final String WORK = "tatara.dev/work";

  /** Index of a pod of an Indexed Job, a label and an annotation: its rank. */
  static final String INDEX = "batch.kubernetes.io/job-completion-index";

  /** Names of the nodes that a Job's pods avoid, an annotation. */
  static final String AVOIDED_NODES = "tatara.dev/avoided-nodes";

  /** Name of a LocalQueue of Kueue, a label. */
  static final String QUEUE = "kueue.x-k8s.io/queue-name";

  /** Pods are called {@code <job>-<index>-<5>}, which must be a DNS label of 63 characters. */
  private static final int LONGEST = 52;

  private static final int DIGEST = 8;

  private GangNames() {}

  /** Name of the Job or JobSet, of its Service and of its ConfigMap. */
  static String of(Gang gang, GangKind kind) {
    return of(gang, LONGEST - kind.jobSuffix().length());
  }

  /** Name of the Job that makes the pods. */
  static String job(Gang gang, GangKind kind) {
    return of(gang, kind) + kind.jobSuffix();
  }

  private static String of(Gang gang, int longest) {
    String full = gang.run() + "-" + gang.name();
    String name = full.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    name = name.replaceAll("^-|-$", "");
    if (name.equals(full) && name.length() <= longest && Character.isLetter(name.charAt(0))) {
      return name;
    }
    // Two names that differ may look alike once they are cut or cleaned.
    String digest = Json.digest(full).substring(0, DIGEST);
    String most = name.substring(0, Math.min(name.length(), longest - DIGEST - "t--".length()));
    return "t-%s-%s".formatted(most, digest);
  }

  /** Of every object of a gang. */
  static Map<String, String> labels(Gang gang) {
    Map<String, String> labels = new TreeMap<>(selector(gang));
    labels.put("app.kubernetes.io/name", "tatara-" + gang.image().word());
    labels.put("app.kubernetes.io/component", gang.image().word());
    labels.put("app.kubernetes.io/part-of", TATARA);
    labels.put(MANAGED_BY, TATARA);
    labels.put(RUN, label(gang.run()));
    labels.put(STAGE, gang.stage().word());
    return labels;
  }

  /** Made by a launcher of Tatara. */
  static boolean isOurs(ObjectMeta object) {
    return TATARA.equals(object.getLabels().get(MANAGED_BY));
  }

  /** Of this gang alone, whatever kind of object it is. */
  static Map<String, String> selector(Gang gang) {
    return Map.of(GANG, of(gang, LONGEST));
  }

  /** A label's value: at most 63 characters, of a few kinds. */
  private static String label(String value) {
    String clean = value.replaceAll("[^A-Za-z0-9._-]+", "-");
    clean = clean.substring(0, Math.min(clean.length(), 63));
    return clean.replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
  }

  /** Digest of what the gang is to do: not of the epoch, nor of the image that does it. */
  static String work(Gang gang) {
    return Json.digest(gang.command() + "\n" + gang.worldSize() + "\n" + gang.task());
  }
}
