/** What the gangs of {@code pretrain}, {@code sft} and {@code dpo} are told to do. */
@NullMarked
package dev.tatara.activities.training;

import org.jspecify.annotations.NullMarked;
