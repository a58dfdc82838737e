package dev.tatara.operator;

/** What is to be done about a spec. */
sealed interface Verdict {
  /**
   * It is the spec of the newest run.
   *
   * @param applied that run knows its budget, too
   */
  record Accept(boolean applied) implements Verdict {}

  /** A new run begins. */
  record Start() implements Verdict {}

  /**
   * It is not run, and whatever runs goes on.
   *
   * @param reason one word
   * @param sentence what is wrong and what to do
   */
  record Refuse(String reason, String sentence) implements Verdict {}

  /** Temporal knows nothing of a run that was at work when it was last seen. */
  record Gone(String sentence) implements Verdict {}

  /** What was read of the resource is older than what was done for it: look again. */
  record LookAgain() implements Verdict {}
}
