package dev.tatara.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.tatara.base.process.Rank;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.TrainingStep;
import dev.tatara.trainer.gang.FixedGang;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Initialization;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.objective.NextToken;
import dev.tatara.trainer.tensor.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One rank of the trainer's own steps, as production does them; prints a {@link Measurement}. */
public final class TataraRun {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int WARM_UP = 4;
  private static final int VALIDATION_BATCHES = 20;

  private final Size size;
  private final int steps;
  private final int batch;
  private final Optional<Text> text;
  private boolean profiled;

  TataraRun(Size size, int steps, int ranks, Optional<Text> text) {
    this.size = size;
    this.steps = steps;
    // Each rank has the batch of one, as with PyTorch's data parallel.
    this.batch = size.batch * ranks;
    this.text = text;
  }

  public static void main(String[] arguments) {
    Options options = Options.of(arguments, List.of("size", "steps", "text", "profile"));
    Size size = Size.of(options.text("size", "A"));
    Rank rank = Rank.fromEnvironment(System.getenv());
    Optional<Text> text =
        Optional.ofNullable(options.values().get("text")).map(path -> Text.read(Path.of(path)));
    TataraRun run =
        new TataraRun(size, options.number("steps", size.steps), rank.worldSize(), text);
    if (options.text("profile", "no").equals("yes")) {
      run.profiled = true;
    }
    System.out.println(Json.text(run.measure(rank)));
  }

  Measurement measure(Rank rank) {
    Engine.start(System.getenv());
    Llama model = model(new Sharding(rank.rank(), rank.worldSize(), 1));
    int warm = text.isPresent() ? 0 : WARM_UP;
    try (Gang gang = FixedGang.meet(rank, PATIENCE)) {
      TrainingStep training =
          new TrainingStep(
              task(rank.worldSize(), warm + steps),
              gang,
              model,
              new NextToken(this::window, size.length, 0));
      for (int step = 0; step < warm; step++) {
        training.run(step, false);
      }
      Optional<Sampler> sampler =
          profiled ? Optional.of(new Sampler(Thread.currentThread())) : Optional.empty();
      double cpu = cpuSeconds();
      long begin = System.nanoTime();
      double loss = 0;
      for (int step = warm; step < warm + steps; step++) {
        loss = training.run(step, false).report().loss();
      }
      double cpuSeconds = cpuSeconds() - cpu;
      double wallSeconds = (System.nanoTime() - begin) / 1e9;
      sampler.ifPresent(
          watching -> watching.print(Duration.ofNanos((long) (wallSeconds * 1e9)), steps));
      gang.barrier();
      return new Measurement(
          (long) steps * batch * size.length,
          cpuSeconds,
          wallSeconds,
          peakMegabytes(),
          loss,
          text.isPresent() ? validation(model) : 0);
    }
  }

  private Llama model(Sharding sharding) {
    HuggingFaceConfig config =
        HuggingFaceConfig.fresh(size.shape, size.vocabulary, size.length, 0, 0);
    Parameters parameters = Parameters.trainable(ParameterLayout.of(config), sharding);
    Initialization.fill(parameters, config, 1);
    return new Llama(config, parameters, size.length);
  }

  private TrainTask task(int ranks, int steps) {
    return new TrainTask(
        "bench",
        Stage.PRETRAIN,
        "none",
        1,
        size.shape,
        new TreeMap<>(),
        "",
        "",
        ranks,
        steps,
        size.length,
        batch,
        size.batch,
        List.of(),
        // nanoGPT's: 100 of 2,000 steps of warm-up, cosine to a tenth.
        OptimizerConfig.adamW(1e-3, 0.05, 0.1, 0.9, 0.99, 1e-8, 0.1, 1.0),
        0,
        LossConfig.DEFAULT,
        CheckpointConfig.every(steps, 1),
        ValidationConfig.DEFAULT,
        DivergenceConfig.DEFAULT,
        ExecutionConfig.DEFAULT);
  }

  private void window(long index, long[] target, int at) {
    if (text.isPresent()) {
      text.get().copy(index, size.length, false, target, at);
      return;
    }
    for (int t = 0; t <= size.length; t++) {
      long counter = index * (size.length + 1) + t;
      target[at + t] = Long.remainderUnsigned(Text.mixed(counter), size.vocabulary);
    }
  }

  private double validation(Llama model) {
    int width = size.length + 1;
    double sum = 0;
    for (int batchIndex = 0; batchIndex < VALIDATION_BATCHES; batchIndex++) {
      long[] ids = new long[size.batch * width];
      for (int row = 0; row < size.batch; row++) {
        long index = (long) batchIndex * size.batch + row;
        text.orElseThrow().copy(index, size.length, true, ids, row * width);
      }
      try (PointerScope scope = new PointerScope()) {
        Tensor rows = Tensor.create(ids).view(size.batch, width);
        Tensor logits = model.logits(rows.narrow(1, 0, size.length).contiguous(), null);
        Tensor wanted = rows.narrow(1, 1, size.length).reshape(-1);
        sum += torch.cross_entropy_loss(logits.flatten(0, 1), wanted).item_double();
      }
    }
    return sum / VALIDATION_BATCHES;
  }

  static Map<String, String> alone() {
    return Map.of(
        "RANK", "0",
        "WORLD_SIZE", "1",
        "LOCAL_RANK", "0",
        "MASTER_ADDR", "127.0.0.1",
        "MASTER_PORT", "1",
        "TATARA_EPOCH", "1");
  }

  private static double cpuSeconds() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  private static double peakMegabytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmHWM"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
