package dev.tatara.workflows.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.workflows.PipelineJson;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.StageBeat;
import dev.tatara.workflows.StageProgress;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.common.converter.DataConverter;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewestProgressTest {
  private static final DataConverter CONVERTER = PipelineJson.converter();
  private static final PipelineStatus TOLD =
      new PipelineStatus("r", Stage.PRETRAIN, false, List.of(), null, 0, null, 100, 5000);

  @Test
  void aHeartbeatOfTheStageAtWorkIsNewerThanWhatTheRunTold() {
    PipelineStatus newest =
        heard(new StageBeat(new StageProgress(Stage.PRETRAIN, 143, 5000), "No node has room"));

    assertThat(newest.step()).isEqualTo(143);
    assertThat(newest.steps()).isEqualTo(5000);
  }

  @Test
  void otherHeartbeatsChangeNothing() {
    assertThat(heard(new StageBeat(new StageProgress(Stage.SFT, 3, 9), ""))).isEqualTo(TOLD);
    assertThat(heard(new StageBeat(null, "No node has room"))).isEqualTo(TOLD);
    assertThat(heard("a sentence, as older workers say")).isEqualTo(TOLD);
  }

  @Test
  void anActivityThatSaysNothingChangesNothing() {
    assertThat(of(PendingActivityInfo.getDefaultInstance())).isEqualTo(TOLD);
  }

  private static PipelineStatus heard(Object details) {
    return of(
        PendingActivityInfo.newBuilder()
            .setHeartbeatDetails(CONVERTER.toPayloads(details).orElseThrow())
            .build());
  }

  private static PipelineStatus of(PendingActivityInfo activity) {
    return NewestProgress.of(
        TOLD,
        DescribeWorkflowExecutionResponse.newBuilder().addPendingActivities(activity).build(),
        CONVERTER);
  }
}
