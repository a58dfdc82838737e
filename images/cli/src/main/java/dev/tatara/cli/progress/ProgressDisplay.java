package dev.tatara.cli.progress;

/** Shows a run while it goes on. */
public interface ProgressDisplay extends AutoCloseable {
  /** Shows how the run stands now. May be called as often as one likes. */
  void show(RunView view);

  /** Leaves the last state on the screen. */
  @Override
  void close();
}
