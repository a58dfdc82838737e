package dev.tatara.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What is computed with. */
final class HardwareTest {
  private static final String NO_CUDA =
      "TATARA_DEVICE is cuda, but libtorch finds no CUDA device; use the image for CUDA on a machine with a driver and a GPU, or set it to cpu";

  @Test
  void processorIsTakenWhereThereIsNoDevice() {
    assertThat(Hardware.of(Map.of("LOCAL_RANK", "3"), 0)).isEqualTo(Hardware.CPU);
    assertThat(Hardware.CPU.isCuda()).isFalse();
  }

  @Test
  void deviceIsTakenWhereThereIsOneUnlessTheProcessorIsAskedFor() {
    assertThat(Hardware.of(Map.of(), 2)).isEqualTo(new Hardware(0));
    assertThat(Hardware.of(Map.of("TATARA_DEVICE", "cuda", "LOCAL_RANK", "1"), 2))
        .isEqualTo(new Hardware(1));
    assertThat(Hardware.of(Map.of("TATARA_DEVICE", "cpu"), 2)).isEqualTo(Hardware.CPU);
  }

  @Test
  void whatIsNotThereIsRefusedInOneSentence() {
    assertThatThrownBy(() -> Hardware.of(Map.of("TATARA_DEVICE", "tpu"), 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("TATARA_DEVICE is \"tpu\"; set it to cpu or cuda, or leave it out");
    assertThatThrownBy(() -> Hardware.of(Map.of("LOCAL_RANK", "2"), 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("LOCAL_RANK is 2, but libtorch finds 2 CUDA devices");
    assertThatThrownBy(() -> Hardware.of(Map.of("LOCAL_RANK", "-1"), 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("LOCAL_RANK is \"-1\"");
  }

  @Test
  void ranksOnUnlikeHardwareAreRefusedInOneSentence() {
    Hardware.CPU.requireSame(0, 4);
    new Hardware(1).requireSame(4, 4);
    assertThatThrownBy(() -> Hardware.CPU.requireSame(3, 4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "3 of 4 ranks compute on CUDA devices and the others on processors (this one on the processor); give all ranks a GPU, or set TATARA_DEVICE to cpu for all");
    assertThatThrownBy(() -> new Hardware(2).requireSame(1, 2))
        .hasMessageContaining("(this one on CUDA device 2)");
  }

  @Test
  void cudaIsRefusedWhereEqualRunsCouldEndUnequally() {
    assertThatThrownBy(() -> CudaSetup.check(Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "CUBLAS_WORKSPACE_CONFIG is \"\", so that equal runs would end with unequal weights on CUDA; set it to :4096:8");
    assertThatThrownBy(() -> CudaSetup.check(Map.of("CUBLAS_WORKSPACE_CONFIG", ":8:8")))
        .hasMessageContaining("CUBLAS_WORKSPACE_CONFIG is \":8:8\"");
    CudaSetup.check(Map.of("CUBLAS_WORKSPACE_CONFIG", ":4096:8"));
  }

  @Test
  void severalRanksOnCudaAreRefusedWhereALostPeerWouldEndThemAll() {
    Map<String, String> environment = new HashMap<>();
    environment.put("WORLD_SIZE", "2");
    environment.put("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
    assertThatThrownBy(() -> CudaSetup.check(environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("TORCH_NCCL_ASYNC_ERROR_HANDLING is \"\"");
    environment.put("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0");
    environment.put("TORCH_NCCL_ENABLE_MONITORING", "1");
    assertThatThrownBy(() -> CudaSetup.check(environment))
        .hasMessage(
            "TORCH_NCCL_ENABLE_MONITORING is \"1\", so that libtorch would end this process when a peer is lost; set it to 0");
    environment.put("TORCH_NCCL_ENABLE_MONITORING", "0");
    CudaSetup.check(environment);
  }

  @Test
  void engineTakesWhatThereIs() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.remove("TATARA_DEVICE");
    String description = Engine.start(environment).description();
    assertThat(Hardware.chosen().isCuda()).isEqualTo(torch.cuda_is_available());
    assertThat(description.contains("CUDA")).isEqualTo(torch.cuda_is_available());
  }

  @Test
  void engineRefusesCudaInOneSentenceWhereThereIsNone() {
    assertThatThrownBy(() -> Hardware.of(Map.of("TATARA_DEVICE", "cuda"), 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(NO_CUDA);
    if (!torch.cuda_is_available()) {
      Map<String, String> environment = new HashMap<>(System.getenv());
      environment.put("TATARA_DEVICE", "cuda");
      assertThatThrownBy(() -> Engine.start(environment))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(NO_CUDA);
    }
  }

  @Test
  void newTensorsHaveTheTypeAndShapeThatWasAskedFor() {
    Engine.start(System.getenv());
    try (PointerScope scope = new PointerScope()) {
      assertThat(Tensors.zeros(2, 3).shape()).containsExactly(2, 3);
      assertThat(Tensors.zeros().dim()).isZero();
      assertThat(Tensors.full(-1, 4).sum().item_double()).isEqualTo(-4);
      assertThat(Tensors.of(7L, 8L).scalar_type().intern()).isEqualTo(torch.ScalarType.Long);
      assertThat(Tensors.zero(torch.ScalarType.Double).scalar_type().intern())
          .isEqualTo(torch.ScalarType.Double);
      Tensor allowed = Tensors.of(new byte[] {0, 1, 1}, 3, 1);
      assertThat(allowed.scalar_type().intern()).isEqualTo(torch.ScalarType.Bool);
      assertThat(allowed.sum().item_long()).isEqualTo(2);
      assertThat(HostMemory.of(Tensors.hostEmpty(5)).bytes()).isEqualTo(20);
    }
  }
}
