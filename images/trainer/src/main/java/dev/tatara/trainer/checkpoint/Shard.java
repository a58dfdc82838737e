package dev.tatara.trainer.checkpoint;

/**
 * One rank's slice of the training state: an object of parameters, then first moments, then second
 * moments, little-endian 32-bit floats.
 *
 * @param begin first element of the flat buffer
 * @param end element behind the last
 * @param name of the object, relative to the checkpoint
 * @param size bytes
 * @param sha256 of the bytes, lower-case hex
 * @param epoch of the gang that wrote it
 */
public record Shard(
    int rank, long begin, long end, String name, long size, String sha256, int epoch) {}
