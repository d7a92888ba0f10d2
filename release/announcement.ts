/** What an announcement is about. */
export type AnnouncementKind = "start" | "complete" | "rollback";
