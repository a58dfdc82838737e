package dev.tatara.trainer.checkpoint;

import dev.tatara.config.Json;
import dev.tatara.config.task.StepReport;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The training curve as JSON lines: one point per step, without wall-clock values. */
public final class Curve {
  private Curve() {}

  /** The lines of some points. */
  public static byte[] write(List<StepReport.Point> points) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (StepReport.Point point : points) {
      lines.writeBytes(Json.bytes(point));
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  /** The points of some lines. */
  public static List<StepReport.Point> read(byte[] lines) {
    List<StepReport.Point> points = new ArrayList<>();
    new String(lines, StandardCharsets.UTF_8)
        .lines()
        .forEach(
            line ->
                points.add(
                    Json.read(line.getBytes(StandardCharsets.UTF_8), StepReport.Point.class)));
    return points;
  }
}
