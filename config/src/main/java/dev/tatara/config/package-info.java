/** The nouns: run document, artifacts, pod tasks. Imports nothing else of Tatara. */
@NullMarked
package dev.tatara.config;

import org.jspecify.annotations.NullMarked;
