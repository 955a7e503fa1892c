/** A short script that makes a key, backs up and proves; every kind of step that a run goes through. */
export const KEY_SCRIPT = `ceremony: make-a-key
title: Make a key
purpose: For tests.
roles: { administrator: 1, custodians: quorum root }
inputs:
  name: { type: key-name, prompt: Name of the new key }
  backups: { type: directory, prompt: Directory of the backup medium }
before:
  - vault: { state: present, chain: verified }
steps:
  - read: Everyone present says name and role.
    minutes: 1
  - action: key.create
    with: { name: "\${inputs.name}", algorithm: aes-256 }
    otherwise: Stop.
  - show: key-check-value
  - do: backup.create
    with: { to: "\${inputs.backups}" }
  - prove: restore
after:
  - sign: [custodians]
`;

/** The same without the backup and its proof. */
export const UNPROVEN_SCRIPT = KEY_SCRIPT.slice(0, KEY_SCRIPT.indexOf("  - do:")).replace(
  "  backups: { type: directory, prompt: Directory of the backup medium }\n",
  "",
);

/** On a host that must pass every check, without a vault. */
export const FOUNDING_SCRIPT = `ceremony: founding
title: Make a vault
roles: { administrator: 1, newcomers: alice bob }
before:
  - host: { swap: off, network: down, clock: confirmed }
  - vault: { state: absent }
steps:
  - genesis: { custodians: [alice, bob], threshold: 2, shares-dir: shares }
`;
