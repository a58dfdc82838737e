package dev.tatara.config.task;

import dev.tatara.config.artifact.Stage;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the ranks of a task and their launcher leave word for each other: object keys below the
 * task's work prefix.
 *
 * @param prefix {@link TrainTask#workPrefix}, ending in a slash
 */
public record WorkKeys(String prefix) {
  private static final String EPOCHS = "epochs/";

  /** What names of incidents within a pod begin with. */
  private static final String POD = "pod-";

  private static final Pattern EPOCH = Pattern.compile("epochs/(\\d{8,})/");

  /** Of the task that makes this artifact. */
  public static WorkKeys of(Stage stage, String fingerprint) {
    return new WorkKeys("work/%s/%s/".formatted(stage.word(), fingerprint));
  }

  /** A decimal number, written by the launcher: no epoch before it is to be formed any more. */
  public String epoch() {
    return prefix + "epoch";
  }

  /** {@link TaskProgress}, rewritten by rank 0. */
  public String progress() {
    return prefix + "progress.json";
  }

  /** {@link TimeSpent}, rewritten by rank 0. */
  public String timeSpent() {
    return prefix + "time.json";
  }

  /** Below it lie the epochs' folders. */
  public String epochs() {
    return prefix + EPOCHS;
  }

  /** The folder of an epoch, ending in a slash. */
  public String epochFolder(int epoch) {
    return epochs() + "%08d/".formatted(epoch);
  }

  /** {@link Claim} of a rank, written if there is none. */
  public String claim(int epoch, int rank) {
    return epochFolder(epoch) + "rank-%d.json".formatted(rank);
  }

  /** Where rank 0 of the epoch listens: {@link Meeting}. */
  public String master(int epoch) {
    return epochFolder(epoch) + "master.json";
  }

  /** {@link Start}, written if there is none. */
  public String start(int epoch) {
    return epochFolder(epoch) + "start.json";
  }

  /** {@link Heartbeat} of a rank. */
  public String beat(int rank) {
    return prefix + "beats/rank-%d.json".formatted(rank);
  }

  /** Threads of a rank that makes no step, as text. */
  public String stacks(int epoch, int rank) {
    return prefix + "stacks/epoch-%d-rank-%d.txt".formatted(epoch, rank);
  }

  /** Below it lie the incidents that the gang itself survived. */
  public String incidents() {
    return prefix + "incidents/";
  }

  /**
   * {@link LedgerEntry} of what the gang survived; {@code number} tells those of an epoch apart.
   */
  public String incident(int epoch, int number) {
    return incidents() + "%08d-%d.json".formatted(epoch, number);
  }

  /** {@link LedgerEntry} of a process that ended within its pod, the {@code number}-th there. */
  public String incident(String pod, int number) {
    return incidents() + incidentName(pod, number) + ".json";
  }

  /** Last lines of the log of the process that such an incident tells of. */
  public String incidentLog(String name) {
    return prefix + "logs/%s.log".formatted(name);
  }

  /** Name of the {@code number}-th incident in a pod. */
  public static String incidentName(String pod, int number) {
    return POD + "%s-%d".formatted(pod, number);
  }

  /** Whether an incident of this name is the end of a process in a pod that went on. */
  public static boolean isIncidentOfPod(String name) {
    return name.startsWith(POD);
  }

  /** {@link RestartOrder} to the pod of a rank. */
  public String restartOrder(int rank) {
    return prefix + "orders/rank-%d.json".formatted(rank);
  }

  /** Below it lie the checkpoints' folders. */
  public String checkpoints() {
    return prefix + "checkpoints/";
  }

  /** The folder of the checkpoint that an epoch wrote after a step, ending in a slash. */
  public String checkpoint(int step, int epoch) {
    return checkpoints() + "step-%08d-epoch-%d/".formatted(step, epoch);
  }

  /** The epoch that a key below {@link #epochs} belongs to. */
  public static Optional<Integer> epochOf(String key) {
    Matcher matcher = EPOCH.matcher(key);
    return matcher.find() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
  }
}
