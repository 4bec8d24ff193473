-- Idempotent; runs on MariaDB 10.11 and on MySQL 8.4, in the site's database.
CREATE TABLE IF NOT EXISTS entries (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author VARCHAR(60) NOT NULL,
  text VARCHAR(500) NOT NULL,
  server VARCHAR(63) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY entries_token (token)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
