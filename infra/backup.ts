import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./component";
import { backUpTable, expireBackups } from "./permissions";
import { allow, assumedBy } from "./policy";

export interface BackupArgs {
  /** The event table: from the events everything else is rebuilt. */
  events: aws.dynamodb.Table;
  /** How long each backup is kept, 36 days or more. */
  backupRetentionDays: pulumi.Input<number>;
}

/** The point-in-time recovery of a table goes back 35 days: a backup is there for what is found out later. */
export const leastRetentionDays = 36;

/** Until then the lock can be taken off again; afterwards nobody can, whoever holds the account, and AWS itself. */
const changeableForDays = 14;

/** A backup of the event table a day, in a vault that is locked: no backup is deleted before its time. */
export class Backup extends pulumi.ComponentResource {
  readonly vault: aws.backup.Vault;
  readonly plan: aws.backup.Plan;

  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Backup"), name, {}, opts);
    // A vault that holds backups cannot be deleted, nor can its lock, and AWS Backup needs the role to delete what has
    // expired. They stay in AWS when backups are switched off, so that the stack is not stuck.
    const staying = { parent: this, retainOnDelete: true };
    this.vault = new aws.backup.Vault(`${name}-vault`, {}, staying);
    new aws.backup.VaultLockConfiguration(
      `${name}-lock`,
      {
        backupVaultName: this.vault.name,
        // Not the stack's setting, which may change: a lock cannot.
        minRetentionDays: leastRetentionDays,
        changeableForDays,
      },
      staying,
    );
    const role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: assumedBy("backup.amazonaws.com") },
      staying,
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: allow(backUpTable(args.events), expireBackups(args.events)) },
      staying,
    );
    this.plan = new aws.backup.Plan(
      `${name}-plan`,
      {
        rules: [
          {
            ruleName: "daily",
            schedule: "cron(0 3 * * ? *)",
            targetVaultName: this.vault.name,
            lifecycle: { deleteAfter: args.backupRetentionDays },
          },
        ],
      },
      { parent: this },
    );
    new aws.backup.Selection(
      `${name}-table`,
      { planId: this.plan.id, iamRoleArn: role.arn, resources: [args.events.arn] },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs({ vaultName: this.vault.name });
  }
}
