import { localAccountId } from "../iam/iam";

/** What a topic's subscribers get. */
export interface Notification {
  readonly topicArn: string;
  readonly subject: string;
  readonly message: string;
}

interface Email {
  readonly medium: "EMAIL";
  readonly to: string;
  readonly text: string;
}

/** SNS's topics, as far as alarms need them: who listens to this machine, and the addresses that get e-mails. */
export class Topics {
  readonly #emails = new Map<string, Map<string, string>>();
  readonly #region: string;
  readonly #deliver: (email: Email) => void;

  constructor(region: string, deliver: (email: Email) => void) {
    this.#region = region;
    this.#deliver = deliver;
  }

  create(name: string): string {
    const arn = `arn:aws:sns:${this.#region}:${localAccountId}:${name}`;
    this.#emails.set(arn, this.#emails.get(arn) ?? new Map());
    return arn;
  }

  /** On AWS the address has to be confirmed before it gets anything. Nobody is asked here. */
  subscribe(topicArn: string, subscription: string, address: string): void {
    this.#addressesOf(topicArn).set(subscription, address);
  }

  publish({ topicArn, subject, message }: Notification): void {
    for (const to of this.#addressesOf(topicArn).values()) {
      this.#deliver({ medium: "EMAIL", to, text: `${subject}\n${message}` });
    }
  }

  #addressesOf(topicArn: string): Map<string, string> {
    const found = this.#emails.get(topicArn);
    if (found === undefined) {
      throw new Error(`there is no topic ${topicArn}`);
    }
    return found;
  }
}
