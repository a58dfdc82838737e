package dev.tatara.config.task;

/**
 * Where rank 0 of an epoch waits for the others.
 *
 * @param address host
 * @param port of its TCPStore
 */
public record Meeting(String address, int port) {}
