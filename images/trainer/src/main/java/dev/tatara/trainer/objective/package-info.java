/** What is learned: next tokens, answers in chats, or preferences. */
@NullMarked
package dev.tatara.trainer.objective;

import org.jspecify.annotations.NullMarked;
