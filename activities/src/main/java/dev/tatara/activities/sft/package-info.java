/** Stage sft: chats of common shapes become tokenised rows. */
@NullMarked
package dev.tatara.activities.sft;

import org.jspecify.annotations.NullMarked;
