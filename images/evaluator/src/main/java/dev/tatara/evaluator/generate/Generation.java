package dev.tatara.evaluator.generate;

import ai.djl.ndarray.NDManager;
import dev.tatara.config.InvalidInputException;
import dev.tatara.evaluator.model.CausalModel;
import dev.tatara.evaluator.model.HuggingFaceFolder;
import dev.tatara.evaluator.model.KeyValueCache;
import dev.tatara.evaluator.text.TextTokenizer;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Continues a prompt, or answers it as a chat, token by token. */
public final class Generation {
  private static final String CHAT_START = "<|im_start|>";
  private static final String CHAT_END = "<|im_end|>";

  private final HuggingFaceFolder folder;
  private final TextTokenizer tokenizer;
  private final CausalModel model;

  private Generation(HuggingFaceFolder folder, TextTokenizer tokenizer, CausalModel model) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.model = model;
  }

  /**
   * Generates and hands each piece of text on as soon as it is complete.
   *
   * @throws InvalidInputException if the folder is missing or broken, or {@code --chat} is asked of
   *     a model without ChatML tokens
   */
  public static void run(GenerateOptions options, Consumer<String> out) {
    HuggingFaceFolder folder = HuggingFaceFolder.open(options.model());
    try (TextTokenizer tokenizer = TextTokenizer.load(folder.file("tokenizer.json"));
        CausalModel model = CausalModel.load(folder)) {
      new Generation(folder, tokenizer, model).generate(options, out);
    }
  }

  private void generate(GenerateOptions options, Consumer<String> out) {
    Set<Integer> ends = folder.endTokens();
    tokenizer.token(CHAT_END).ifPresent(ends::add);
    tokenizer.token("<|endoftext|>").ifPresent(ends::add);
    int[] next = fitting(prompt(options), options.maxTokens());
    int room = model.config().maxPositions() - next.length + 1;
    Sampler sampler = new Sampler(options.temperature(), options.topP(), options.seed());
    TextStream text = new TextStream(tokenizer);
    try (KeyValueCache cache = model.newCache()) {
      for (int count = 0; count < Math.min(options.maxTokens(), room); count++) {
        int token = sampler.next(lastLogits(next, cache));
        if (ends.contains(token)) {
          break;
        }
        out.accept(text.add(token));
        next = new int[] {token};
      }
    }
    out.accept(text.end());
  }

  private float[] lastLogits(int[] next, KeyValueCache cache) {
    try (NDManager scope = model.newScope()) {
      return model.logits(model.hidden(next, cache, scope).get("0, -1")).toFloatArray();
    }
  }

  private int[] prompt(GenerateOptions options) {
    if (options.chat()) {
      if (tokenizer.token(CHAT_START).isEmpty() || tokenizer.token(CHAT_END).isEmpty()) {
        throw new InvalidInputException(
            "%s knows no %s and %s, so it cannot chat; leave out --chat"
                .formatted(options.model(), CHAT_START, CHAT_END));
      }
      return tokenizer.encode(
          "%suser\n%s%s\n%sassistant\n"
              .formatted(CHAT_START, options.prompt(), CHAT_END, CHAT_START));
    }
    int[] ids = tokenizer.encode(options.prompt());
    Integer begin = model.config().beginToken();
    return begin == null
        ? ids
        : IntStream.concat(IntStream.of(begin), Arrays.stream(ids)).toArray();
  }

  /** The end of the prompt, so that prompt and answer fit the model. */
  private int[] fitting(int[] prompt, int maxTokens) {
    int most = model.config().maxPositions();
    int keep = Math.max(1, Math.max(most / 2, most - maxTokens));
    return prompt.length <= keep
        ? prompt
        : Arrays.copyOfRange(prompt, prompt.length - keep, prompt.length);
  }
}
