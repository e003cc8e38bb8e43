"""The forms in which trainers read a conversation of one question and one answer."""

from typing import Any, Literal

Format = Literal["messages", "prompt-completion", "sharegpt", "alpaca"]


def conversation(question: str, answer: str, format: Format) -> dict[str, Any]:
    """The fields of a row that are trained on.

    ``messages`` is what chat models' trainers and this package read; ``prompt-completion`` is TRL's
    conversational type of this name, of which only the completion is learned; ``sharegpt`` and
    ``alpaca`` are those of LLaMA-Factory, Axolotl and Unsloth.
    """
    user = {"role": "user", "content": question}
    assistant = {"role": "assistant", "content": answer}
    match format:
        case "messages":
            return {"messages": [user, assistant]}
        case "prompt-completion":
            return {"prompt": [user], "completion": [assistant]}
        case "sharegpt":
            turns = (("human", question), ("gpt", answer))
            return {"conversations": [{"from": who, "value": text} for who, text in turns]}
        case "alpaca":
            return {"instruction": question, "input": "", "output": answer}
