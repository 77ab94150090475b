<?php
// A receiver in PHP (8.1 and later): verifies a Standard Webhooks signature with the standard library alone.
//
//   WEBHOOK_SECRET='whsec_…' php -S 127.0.0.1:8080 receiver.php
//
// Settings, from the environment: WEBHOOK_SECRET (several separated by blanks while they rotate),
// SEEN (./seen, the folder that remembers ids). Behind a web server it works as it is.

declare(strict_types=1);

const TOLERANCE_SECONDS = 300;
const MOST_BYTES = 64000;

/** Return the raw keys of secrets written as whsec_ and base64. */
function keys_of(string $secrets): array
{
    $keys = [];
    foreach (preg_split('/\s+/', $secrets, -1, PREG_SPLIT_NO_EMPTY) as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        if ($key !== false && $key !== '') {
            $keys[] = $key;
        }
    }
    return $keys;
}

/** Tell whether a request was signed with one of the keys, within five minutes of $now. */
function is_genuine(string $id, string $timestamp, string $signatures, string $body, array $keys, int $now): bool
{
    if (!preg_match('/^[A-Za-z0-9_-]{1,128}$/D', $id) || !preg_match('/^[0-9]{1,12}$/D', $timestamp)) {
        return false;
    }
    if (abs($now - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $genuine = false;
    foreach ($keys as $key) {
        $wanted = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $signatures) as $given) {
            // Every pair is compared, in constant time: how long it takes tells nothing.
            $genuine = hash_equals($wanted, $given) || $genuine;
        }
    }
    return $genuine;
}

/** Do what an event is worth; here it is written to the error log. */
function act_on(array $event, string $id): void
{
    error_log("{$event['type']} $id");
}

/** Act on an event unless its id was seen before. */
function once(string $body, string $id, string $folder): void
{
    $lock = fopen("$folder/.lock", 'c');
    flock($lock, LOCK_EX);
    if (!file_exists("$folder/$id")) {
        act_on(json_decode($body, true, 64, JSON_THROW_ON_ERROR), $id);
        // Remembered after the deed: a crash in between repeats an event, and loses none.
        touch("$folder/$id");
    }
    fclose($lock);
}

function status(): int
{
    if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
        return 405;
    }
    $keys = keys_of((string) getenv('WEBHOOK_SECRET'));
    if ($keys === []) {
        error_log('set WEBHOOK_SECRET');
        return 500;
    }
    $body = (string) file_get_contents('php://input', false, null, 0, MOST_BYTES + 1);
    if (strlen($body) > MOST_BYTES) {
        return 413;
    }
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    $signatures = $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '';
    if (!is_genuine($id, $timestamp, $signatures, $body, $keys, time())) {
        return 401;
    }
    $folder = getenv('SEEN') ?: 'seen';
    if (!is_dir($folder)) {
        mkdir($folder, 0700, true);
    }
    once($body, $id, $folder);
    return 204;
}

http_response_code(status());
