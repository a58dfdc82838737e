package dev.tatara.activities.dedup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Documents that are linked by similarity, and the choice among them.
 *
 * <p>They are looked at from the longest text to the shortest, then by id, then by number. The
 * first is kept; each further one is dropped if it has the text of a kept one or is similar enough
 * to a kept one, else it is kept too: a document that is only linked through others is not lost.
 */
final class Cluster {
  private static final Comparator<Member> KEEP_ORDER =
      Comparator.comparingInt((Member member) -> -member.signature().length)
          .thenComparing(member -> member.signature().id)
          .thenComparingInt(Member::document);

  private final double threshold;
  private final List<Member> members = new ArrayList<>();

  Cluster(double threshold) {
    this.threshold = threshold;
  }

  /**
   * @param document its number
   * @param text number that stands for all documents with the same text
   */
  private record Member(int document, int text, Signature signature) {}

  void add(int document, int text, Signature signature) {
    members.add(new Member(document, text, signature));
  }

  /** The members that are to be dropped, each with the number of the document as position. */
  List<Drop> drops() {
    List<Member> kept = new ArrayList<>();
    List<Drop> drops = new ArrayList<>();
    for (Member member : members.stream().sorted(KEEP_ORDER).toList()) {
      Optional<Drop> drop = nearest(member, kept).filter(near -> near.similarity() >= threshold);
      drop.ifPresentOrElse(drops::add, () -> kept.add(member));
    }
    return drops;
  }

  private static Optional<Drop> nearest(Member member, List<Member> kept) {
    // On equal similarity the first wins, which comes first in the order of keeping.
    return kept.stream()
        .map(candidate -> compare(member, candidate))
        .reduce((first, second) -> second.similarity() > first.similarity() ? second : first);
  }

  private static Drop compare(Member member, Member kept) {
    String instead = kept.signature().id;
    if (member.text() == kept.text()) {
      return new Drop(member.document(), Drop.EXACT, instead, 1);
    }
    double similarity = MinHash.similarity(member.signature().minima, kept.signature().minima);
    return new Drop(member.document(), Drop.NEAR, instead, similarity);
  }
}
