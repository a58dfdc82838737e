package dev.tatara.config.task;

/**
 * One rank's word that it takes part in an epoch: written at {@link WorkKeys#claim} only if nobody
 * has, so that of two processes with the same rank one is in the epoch and the other knows it.
 *
 * @param rank from 0
 * @param process random name of the process, new at each start
 * @param worldSize ranks that this process expects
 * @param address host on which peers reach it
 */
public record Claim(int rank, String process, int worldSize, String address) {}
