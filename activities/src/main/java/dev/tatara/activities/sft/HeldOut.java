package dev.tatara.activities.sft;

import dev.tatara.base.tokenizer.ChatMessage;
import dev.tatara.config.Json;
import java.util.List;

/**
 * Which chats are held out: by a hash of their text and the seed, so that the same chat twice is
 * never on both sides.
 */
record HeldOut(long seed, double fraction) {
  /** A number in hex that chance gives to a chat; those with the smallest are held out. */
  String rank(List<ChatMessage> chat) {
    return Json.digest(Json.digest(chat) + ":" + seed);
  }

  boolean contains(String rank) {
    // 52 bits: what a double holds exactly.
    return Long.parseLong(rank.substring(0, 13), 16) < fraction * 0x1p52;
  }
}
