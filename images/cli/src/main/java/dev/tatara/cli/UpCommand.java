package dev.tatara.cli;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.PipelineResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Keeps Temporal, S3 and the workers running until Ctrl-C, so that the temporal CLI, or anything",
      "else that speaks Temporal, can start runs. After each run its report is written."
    },
    footerHeading = "%nExample, in two terminals:%n",
    footer = {
      "  tatara up",
      "  tatara validate my.yaml --json my.json && temporal workflow start \\",
      "      --type TrainingPipeline --task-queue tatara-workflows --workflow-id my --input-file my.json"
    })
final class UpCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(UpCommand.class);
  private static final long PERIOD_SECONDS = 2;
  private static final String RUNS = "runs/";
  private static final String RESULT = "/result.json";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--temporal-port", paramLabel = "PORT", description = "default: ${DEFAULT-VALUE}")
  private int temporalPort = 7233;

  @Option(names = "--s3-port", paramLabel = "PORT", description = "default: ${DEFAULT-VALUE}")
  private int s3Port = 9000;

  @Mixin private StateOption stateOption = new StateOption();

  @Override
  public Integer call() throws Exception {
    Home home = Home.find();
    State state = stateOption.open(home);
    Logs.to(state.logs().resolve("up.log"));
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch stop = new CountDownLatch(1);
    Services.Ports ports = new Services.Ports(temporalPort, s3Port);
    try (Services services = Services.start(state, "up", ports, System.getenv());
        Workplace workplace =
            Workplace.open(home, state, services.endpoints(), Path.of("").toAbsolutePath())) {
      Interruption.stopping(stop::countDown);
      explain(home, services.endpoints(), out);
      serve(new Conclusion(home, state, workplace.artifacts(), out), workplace.artifacts(), stop);
      out.printf("Stopping. Runs that were going on go on when they are started again.%n");
      out.flush();
    }
    return 0;
  }

  private static void explain(Home home, Endpoints endpoints, PrintWriter out) {
    out.printf("Temporal  %s, namespace %s%n", endpoints.temporal(), endpoints.namespace());
    out.printf(
        "S3        %s, bucket %s%n", endpoints.store().endpoint(), endpoints.store().bucket());
    out.printf("%nTo start a run, type in another terminal:%n%n");
    out.printf(
        "  %s validate config/runs/quickstart.yaml --json quickstart.json%n", home.launcher());
    out.printf(
        """
          temporal workflow start --address %s --namespace %s \\
              --type TrainingPipeline --task-queue tatara-workflows \\
              --workflow-id quickstart --input-file quickstart.json
        %n""",
        endpoints.temporal(), endpoints.namespace());
    out.printf("and to follow it: %s status quickstart%n%nCtrl-C ends this.%n", home.launcher());
    out.flush();
  }

  /** Writes the report of every run that ends. */
  private static void serve(Conclusion conclusion, Artifacts artifacts, CountDownLatch stop)
      throws Exception {
    Map<String, String> known = new HashMap<>();
    ended(artifacts, known);
    while (!stop.await(PERIOD_SECONDS, TimeUnit.SECONDS)) {
      try {
        for (PipelineResult result : ended(artifacts, known)) {
          conclusion.write(result);
        }
      } catch (StoreException e) {
        LOG.warn("the store does not answer; trying again", e);
      }
    }
  }

  /** Results that are new since the last look. */
  private static List<PipelineResult> ended(Artifacts artifacts, Map<String, String> known) {
    List<PipelineResult> results = new ArrayList<>();
    for (String key : artifacts.store().list(RUNS)) {
      if (key.endsWith(RESULT)) {
        byte[] bytes = artifacts.store().read(key);
        String digest = Json.sha256(bytes);
        if (!digest.equals(known.put(key, digest))) {
          results.add(Json.read(bytes, PipelineResult.class));
        }
      }
    }
    return results;
  }
}
