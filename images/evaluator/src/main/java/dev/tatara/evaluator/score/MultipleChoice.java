package dev.tatara.evaluator.score;

import dev.tatara.base.document.ChoiceItem;
import dev.tatara.evaluator.text.TextTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code acc.<task>} and {@code acc_norm.<task>}: how often the right answer is the one that the
 * model finds most likely, by the rules of lm-evaluation-harness. Answers are read together with
 * their question; {@code acc_norm} divides an answer's log-likelihood by its length in Unicode code
 * points; the first of equals wins.
 */
public final class MultipleChoice implements Measurement {
  private final String task;
  private final List<ChoiceItem> items = new ArrayList<>();
  private final List<ScoredSequence> sequences = new ArrayList<>();
  private long skipped;

  /**
   * Items whose answers cannot be scored (no answer, no right answer, longer than the model reads)
   * are skipped and counted.
   *
   * @param prefix token that stands for an empty question
   */
  public MultipleChoice(
      String task, List<ChoiceItem> all, TextTokenizer tokenizer, int prefix, int maxPositions) {
    this.task = task;
    for (ChoiceItem item : all) {
      Optional<List<ScoredSequence>> asked = ask(item, tokenizer, prefix, maxPositions);
      if (asked.isPresent()) {
        items.add(item);
        sequences.addAll(asked.get());
      } else {
        skipped++;
      }
    }
  }

  private static Optional<List<ScoredSequence>> ask(
      ChoiceItem item, TextTokenizer tokenizer, int prefix, int maxPositions) {
    if (item.answer() < 0 || item.answer() >= item.choices().size()) {
      return Optional.empty();
    }
    // Spaces at the end of a question belong to the answer: tokens begin with their space.
    int end = withoutTrailingSpace(item.context());
    String context = item.context().substring(0, end);
    String between = item.context().substring(end) + item.delimiter();
    int[] contextIds = context.isEmpty() ? new int[0] : tokenizer.encode(context);
    List<ScoredSequence> asked = new ArrayList<>();
    for (String choice : item.choices()) {
      int[] whole = tokenizer.encode(context + between + choice);
      int scored = whole.length - contextIds.length;
      if (choice.isEmpty() || scored < 1 || scored > maxPositions) {
        return Optional.empty();
      }
      asked.add(
          contextIds.length == 0
              ? new ScoredSequence(prepended(prefix, whole), 1)
              : new ScoredSequence(whole, contextIds.length).truncatedTo(maxPositions));
    }
    return Optional.of(asked);
  }

  private static int[] prepended(int prefix, int[] ids) {
    int[] all = new int[ids.length + 1];
    all[0] = prefix;
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  private static int withoutTrailingSpace(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  /** What Python's {@code str.rstrip} removes. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  @Override
  public List<ScoredSequence> sequences() {
    return sequences;
  }

  @Override
  public void report(List<float[]> scores, Results results) {
    long right = 0;
    long rightNormalised = 0;
    int at = 0;
    for (ChoiceItem item : items) {
      int choices = item.choices().size();
      double[] sums = scores.subList(at, at + choices).stream().mapToDouble(Results::sum).toArray();
      right += firstMaximum(sums) == item.answer() ? 1 : 0;
      rightNormalised += firstMaximum(normalised(sums, item.choices())) == item.answer() ? 1 : 0;
      at += choices;
    }
    results.count("items." + task, items.size());
    results.count("skipped." + task, skipped);
    if (!items.isEmpty()) {
      double accuracy = (double) right / items.size();
      results.metric("acc." + task, accuracy);
      results.metric("acc_norm." + task, (double) rightNormalised / items.size());
      results.metric("acc_stderr." + task, standardError(accuracy, items.size()));
    }
  }

  static double[] normalised(double[] sums, List<String> choices) {
    double[] normalised = Arrays.copyOf(sums, sums.length);
    for (int i = 0; i < sums.length; i++) {
      String choice = choices.get(i);
      normalised[i] /= choice.codePointCount(0, choice.length());
    }
    return normalised;
  }

  static int firstMaximum(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Standard error of the mean of n zeros and ones, from the sample variance. */
  static double standardError(double mean, long n) {
    return n < 2 ? 0 : Math.sqrt(mean * (1 - mean) / (n - 1));
  }
}
