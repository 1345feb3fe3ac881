/// Write-ahead logs: folders of numbered [dev.hstu.kernels.log.LogSegment]s, each a header and
/// checksummed [dev.hstu.kernels.log.LogBatch]es, and what is made of them after their writer died
/// ([dev.hstu.kernels.log.LogRecovery]). What stands in a batch and who appends is its owner's, who
/// says so in a [dev.hstu.kernels.log.LogFormat].
@NullMarked
package dev.hstu.kernels.log;

import org.jspecify.annotations.NullMarked;
