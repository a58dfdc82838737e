package dev.tatara.trainer.gang;

import dev.tatara.base.process.Rank;
import java.time.Duration;
import org.bytedeco.pytorch.TCPStore;

/**
 * Forms a gang that meets once, where the variables of torchrun say, and is never formed anew: for
 * measurements, which have no store.
 */
public final class FixedGang {
  private FixedGang() {}

  /**
   * Waits for all ranks and connects them.
   *
   * @param silence longest wait for the others in one exchange
   * @throws BrokenGangException if they do not come in time
   */
  public static Gang meet(Rank rank, Duration silence) {
    if (rank.worldSize() == 1) {
      return new SoloGang();
    }
    String address = rank.masterAddress();
    TCPStore store =
        rank.rank() == 0
            ? GlooGroup.listen(address, rank.masterPort())
            : GlooGroup.call(address, rank.masterPort());
    Runnable nothing = () -> {};
    GlooGang gang = new GlooGang(rank.rank(), rank.worldSize(), nothing);
    gang.enter(
        GlooGroup.connect(
            store, rank.epoch(), address, rank.rank(), rank.worldSize(), silence, nothing));
    return gang;
  }
}
