package dev.tatara.base.tokenizer;

import dev.tatara.base.tokenizer.TokenizerModel.Added;
import dev.tatara.base.tokenizer.TokenizerModel.Merge;
import dev.tatara.config.InvalidInputException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Learns the merges of a byte-level BPE (Sennrich et al., arXiv 1508.07909) from counted
 * pre-tokens: always the pair with the highest count, on a tie the one with the smallest left, then
 * right id; a pair must occur twice. The same merges in the same order as Hugging Face's
 * BpeTrainer.
 */
public final class BpeTrainer {
  private static final int MIN_COUNT = 2;

  private final int vocabularySize;
  private final List<String> vocabulary = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Merge> merges = new ArrayList<>();
  private final TrainingWords words;
  private final PairHeap heap = new PairHeap();
  private final BitSet done = new BitSet();

  private BpeTrainer(SortedMap<String, Long> counts, int vocabularySize) {
    this.vocabularySize = vocabularySize;
    SpecialTokens.ALL.forEach(this::idOf);
    ByteSymbols.alphabet().forEach(this::idOf);
    int[] idOfByte = new int[256];
    for (int value = 0; value < idOfByte.length; value++) {
      idOfByte[value] = idOf(Character.toString(ByteSymbols.of(value)));
    }
    words = new TrainingWords(counts, idOfByte);
  }

  /**
   * Trains a tokenizer. It has fewer tokens than asked for if no pair occurs twice any more.
   *
   * @param counts occurrences by pre-token
   * @param vocabularySize tokens including the special tokens and the 256 bytes
   * @throws InvalidInputException if not even those fit into the vocabulary
   */
  public static TokenizerModel train(
      SortedMap<String, Long> counts,
      int vocabularySize,
      PreTokenizer preTokenizer,
      TextForm form) {
    int smallest = SpecialTokens.ALL.size() + 256;
    if (vocabularySize < smallest) {
      throw new InvalidInputException(
          "tokenize.vocabularySize is %d; set it to %d or more: %d special tokens and 256 bytes must fit"
              .formatted(vocabularySize, smallest, SpecialTokens.ALL.size()));
    }
    BpeTrainer trainer = new BpeTrainer(counts, vocabularySize);
    trainer.run();
    SortedMap<Integer, Added> added = new TreeMap<>();
    for (int id = 0; id < SpecialTokens.ALL.size(); id++) {
      added.put(id, new Added(SpecialTokens.ALL.get(id), true, false));
    }
    return new TokenizerModel(
        trainer.vocabulary, trainer.merges, added, preTokenizer, form, false, null);
  }

  private void run() {
    for (int pair = 0; pair < words.pairs(); pair++) {
      push(pair);
    }
    while (vocabulary.size() < vocabularySize && !heap.isEmpty()) {
      long count = heap.topCount();
      long pair = heap.topPair();
      heap.pop();
      int number = words.number(pair);
      long now = words.count(number);
      if (now == count) {
        merge(pair, number);
      } else if (now < count) {
        // It lost occurrences to other merges since it was pushed.
        push(number);
      }
      // Otherwise it was pushed again with its higher count, and has been or will be seen there.
    }
  }

  private void push(int pair) {
    if (words.count(pair) >= MIN_COUNT) {
      heap.push(words.count(pair), words.pair(pair));
    }
  }

  private void merge(long pair, int number) {
    int left = (int) (pair >>> 32);
    int right = (int) pair;
    Merge merge = new Merge(vocabulary.get(left), vocabulary.get(right));
    // Two merges may spell the same token; it keeps its first id.
    int merged = idOf(merge.left() + merge.right());
    // A token that keeps its first id can bring back a pair that is a merge already.
    if (!done.get(number)) {
      done.set(number);
      merges.add(merge);
    }
    IntList grown = words.merge(left, right, number, merged);
    for (int i = 0; i < grown.size(); i++) {
      push(grown.get(i));
    }
  }

  private int idOf(String token) {
    Integer known = ids.putIfAbsent(token, vocabulary.size());
    if (known != null) {
      return known;
    }
    vocabulary.add(token);
    return vocabulary.size() - 1;
  }
}
