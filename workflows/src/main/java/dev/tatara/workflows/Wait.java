package dev.tatara.workflows;

import com.fasterxml.jackson.annotation.JsonValue;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import java.util.Locale;

/**
 * Why nothing of a run goes on.
 *
 * @param sentence what it waits for, and the command that lets it go on
 */
public record Wait(Kind kind, String sentence) {
  static Wait forResume() {
    return new Wait(
        Kind.PAUSE, "is paused; " + command("temporal workflow signal", "--name resume"));
  }

  static Wait forBudget(RankMeter meter) {
    double more = 2 * Math.ceil(meter.hours());
    String input =
        "{\"budget\":{\"rankHours\":%.0f},\"actor\":\"NAME\",\"reason\":\"WHY\"}".formatted(more);
    return new Wait(
        Kind.BUDGET,
        "%s; %s"
            .formatted(
                meter.words(),
                command(
                    "temporal workflow update execute",
                    "--name changeBudget --input '%s'".formatted(input))));
  }

  static Wait forApproval(String kept) {
    return new Wait(
        Kind.APPROVAL,
        "the %s model waits for approval; %s"
            .formatted(
                kept,
                command(
                    "temporal workflow update execute",
                    "--name approve --input '{\"actor\":\"NAME\",\"reason\":\"WHY\"}', or --name reject")));
  }

  private static String command(String command, String rest) {
    WorkflowInfo workflow = Workflow.getInfo();
    String namespace = workflow.getNamespace();
    String where = namespace.equals("default") ? "" : " --namespace " + namespace;
    return "%s%s --workflow-id %s %s".formatted(command, where, workflow.getWorkflowId(), rest);
  }

  /** What a run may wait for. */
  public enum Kind {
    /** The signal {@code resume}. */
    PAUSE,
    /** The update {@code changeBudget}. */
    BUDGET,
    /** The update {@code approve} or {@code reject}. */
    APPROVAL;

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
