using Criterion.Drivers;

namespace Criterion;

/// <summary>The inputs of a loss, contiguous and of one floating-point type, and the memory of the gradients by them.</summary>
/// <param name="X">The first input.</param>
/// <param name="Y">The second input.</param>
/// <param name="Z">The third input; null where the loss takes two.</param>
/// <param name="GradientX">Receives the gradient by the first input; default where it is not needed.</param>
/// <param name="GradientY">Receives the gradient by the second input; default where it is not needed.</param>
/// <param name="GradientZ">Receives the gradient by the third input; default where it is not needed.</param>
internal readonly record struct FusedInputs(
    Tensor X, Tensor Y, Tensor? Z, Elements GradientX, Elements GradientY = default, Elements GradientZ = default)
{
    /// <summary>Whether all inputs have the shape of the first.</summary>
    public bool AreOfOneShape => X.Shape == Y.Shape && (Z is null || X.Shape == Z.Shape);
}
