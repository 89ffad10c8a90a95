namespace Criterion.Nn;

/// <summary>The exception for a network that cannot be written as ONNX. The message names the layer and the fix.</summary>
public sealed class OnnxException : CriterionException
{
    /// <summary>Initializes an error with a message.</summary>
    public OnnxException(string message)
        : base(message)
    {
    }
}
