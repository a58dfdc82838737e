/** What the data stages share: phases, shards, accounts. Free of Temporal types. */
@NullMarked
package dev.tatara.activities.data;

import org.jspecify.annotations.NullMarked;
