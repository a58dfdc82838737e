package dev.tatara.activities.dedup;

import dev.tatara.config.run.DedupConfig;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds the duplicates among all documents of a run, which are numbered in the order of shards and
 * positions.
 *
 * <p>Two passes over the signatures. The first keeps a {@link Sketch} of each document (about 210
 * bytes at 14 bands, plus 20 bytes for sets and sorting: one million documents take 0.25 GB); the
 * second keeps id and signature of those that share a band or digest with another one (about 1.1 kB
 * each). Result and order of work depend on the signatures alone.
 */
final class DuplicateSearch {
  /**
   * Members of a bucket that a document is compared with, nearest first: a bound on the work that
   * boilerplate can cause. Members that are in its cluster already cost nothing.
   */
  private static final int WINDOW = 1000;

  private final DedupConfig config;
  private final List<Sketch> sketches = new ArrayList<>();
  private final Map<Integer, Signature> candidates = new HashMap<>();

  DuplicateSearch(DedupConfig config) {
    this.config = config;
  }

  /** Reads all signatures, in order; called twice. */
  interface AllSignatures {
    void forEach(Consumer<Signature> consumer);
  }

  /** Clusters of at least two documents, in the order of their smallest members. */
  List<Cluster> clusters(AllSignatures signatures) {
    signatures.forEach(one -> sketches.add(new Sketch(one, config.minhash().bands())));
    UnionFind texts = sameTexts();
    BitSet wanted = candidates(texts);
    int[] next = {0};
    signatures.forEach(
        one -> {
          int document = next[0]++;
          if (wanted.get(document)) {
            candidates.put(document, one);
          }
        });
    return clusters(texts, joinSimilar(texts));
  }

  /** How many documents there are; known after the search. */
  int documents() {
    return sketches.size();
  }

  private UnionFind sameTexts() {
    UnionFind texts = new UnionFind(sketches.size());
    if (config.exact()) {
      Buckets.each(
          sketches.size(),
          any -> true,
          i -> sketches.get(i).digestHigh,
          bucket -> joinSameTexts(bucket, texts));
    }
    return texts;
  }

  private void joinSameTexts(int[] bucket, UnionFind texts) {
    for (int m = 1; m < bucket.length; m++) {
      // Texts that only share the upper half of a key are rare, so one step back nearly always
      // does.
      for (int p = m - 1; p >= 0; p--) {
        if (sketches.get(bucket[m]).sameText(sketches.get(bucket[p]))) {
          texts.join(bucket[p], bucket[m]);
          break;
        }
      }
    }
  }

  private BitSet candidates(UnionFind texts) {
    BitSet wanted = new BitSet(sketches.size());
    for (int i = 0; i < sketches.size(); i++) {
      int root = texts.root(i);
      if (root != i) {
        wanted.set(root);
        wanted.set(i);
      }
    }
    eachBand(
        texts,
        bucket -> {
          for (int document : bucket) {
            wanted.set(document);
          }
        });
    return wanted;
  }

  /** One document stands for all with its text, so that a thousand copies are compared once. */
  private void eachBand(UnionFind texts, Consumer<int[]> bucket) {
    for (int b = 0; b < config.minhash().bands(); b++) {
      int band = b;
      Buckets.each(
          sketches.size(),
          i -> sketches.get(i).bands.length > 0 && texts.root(i) == i,
          i -> sketches.get(i).bands[band],
          bucket);
    }
  }

  private UnionFind joinSimilar(UnionFind texts) {
    UnionFind similar = new UnionFind(sketches.size());
    eachBand(texts, bucket -> joinSimilar(bucket, similar));
    for (int i = 0; i < sketches.size(); i++) {
      similar.join(texts.root(i), i);
    }
    return similar;
  }

  private void joinSimilar(int[] bucket, UnionFind similar) {
    for (int m = 1; m < bucket.length; m++) {
      for (int p = m - 1; p >= Math.max(0, m - WINDOW); p--) {
        if (similar.root(bucket[m]) != similar.root(bucket[p])
            && similarity(bucket[m], bucket[p]) >= config.minhash().threshold()) {
          similar.join(bucket[p], bucket[m]);
        }
      }
    }
  }

  private double similarity(int one, int other) {
    return MinHash.similarity(candidate(one).minima, candidate(other).minima);
  }

  private Signature candidate(int document) {
    Signature signature = candidates.get(document);
    if (signature == null) {
      throw new IllegalStateException("document %d was not read again".formatted(document));
    }
    return signature;
  }

  private List<Cluster> clusters(UnionFind texts, UnionFind similar) {
    Map<Integer, Cluster> byRoot = new HashMap<>();
    List<Cluster> clusters = new ArrayList<>();
    for (int i = 0; i < sketches.size(); i++) {
      int root = similar.root(i);
      if (root != i) {
        Cluster cluster =
            byRoot.computeIfAbsent(
                root,
                first -> {
                  Cluster fresh = new Cluster(config.minhash().threshold());
                  fresh.add(first, texts.root(first), candidate(first));
                  clusters.add(fresh);
                  return fresh;
                });
        cluster.add(i, texts.root(i), candidate(i));
      }
    }
    return clusters;
  }
}
