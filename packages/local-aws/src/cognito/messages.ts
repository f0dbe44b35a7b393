import { attributeOf, type User } from "./model";

/** What Cognito would send. */
export interface Message {
  readonly medium: "EMAIL" | "SMS";
  readonly to: string;
  readonly text: string;
}

/** Sends messages in Cognito's own words (Developer Guide, "Customizing email verification and invitation messages"). */
export class Messages {
  readonly #deliver: (message: Message) => void;

  constructor(deliver: (message: Message) => void) {
    this.#deliver = deliver;
  }

  sendInvitation(medium: Message["medium"], to: string, user: User, password: string): void {
    const username = attributeOf(user, "email") ?? user.username;
    const text = `Your username is ${username} and temporary password is ${password}`;
    this.#deliver({ medium, to, text });
  }

  /** Answers with what clients are told about it. */
  sendCode(to: string, code: string): CodeDelivery {
    this.#deliver({ medium: "EMAIL", to, text: `Your confirmation code is ${code}` });
    return codeDelivery(to);
  }
}

export interface CodeDelivery {
  readonly Destination: string;
  readonly DeliveryMedium: "EMAIL";
  readonly AttributeName: "email";
}

/** Tells where a code went to without telling the address: `a***@e***`. */
export function codeDelivery(email: string): CodeDelivery {
  const [name = "", domain = ""] = email.split("@");
  const Destination = `${name.charAt(0)}***@${domain.charAt(0)}***`;
  return { Destination, DeliveryMedium: "EMAIL", AttributeName: "email" };
}
