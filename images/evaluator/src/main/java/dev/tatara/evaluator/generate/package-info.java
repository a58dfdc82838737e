/** Text from a model in a local folder, for people. */
@NullMarked
package dev.tatara.evaluator.generate;

import org.jspecify.annotations.NullMarked;
