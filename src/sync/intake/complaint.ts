/** How the message of a Delivery begins whose remote does not answer. */
export const COMPLAINT = 'Its repository cannot be read; what is deployed stays. ';

export const isComplaint = (message = ''): boolean => message.startsWith(COMPLAINT);
