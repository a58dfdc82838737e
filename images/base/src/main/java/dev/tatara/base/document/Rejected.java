package dev.tatara.base.document;

/**
 * A document that was dropped, kept for those who ask why.
 *
 * @param reason few words from a fixed set, as in the data account
 * @param detail the figure that decided, for people
 */
public record Rejected(String reason, String detail, Document document) {}
