using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Criterion.Formats;

/// <summary>
/// Reads the pickles that PyTorch writes for state dicts, and runs nothing: numbers, text, tuples, lists and dictionaries are data,
/// and of all that a pickle could call, only the rebuilding of a tensor is understood.
/// </summary>
/// <remarks>
/// There is no recursion, and memory grows with the bytes read: a stack, a memo that is filled in order, and references. Source:
/// Python, <c>pickletools</c>, protocol 2; torch.serialization.
/// </remarks>
internal sealed class PthPickle(ByteSource source)
{
    const string What = "the pickle";

    /// <summary>
    /// The longest pickle. A large network has thousands of tensors of some 200 bytes each; an object in memory may take a hundred
    /// times its bytes here.
    /// </summary>
    public const int MostBytes = 1 << 24;

    const int MostShown = 100;

    static readonly UTF8Encoding Unicode = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly List<object?> _stack = [];
    readonly Stack<int> _marks = [];
    readonly List<object?> _memo = [];
    readonly Dictionary<string, PthStorage> _storages = [];
    int _left = MostBytes;

    /// <summary>The storages that the pickle names, by their keys.</summary>
    public IReadOnlyDictionary<string, PthStorage> Storages => _storages;

    /// <summary>What the next pickle holds.</summary>
    /// <exception cref="DataFormatException">It is damaged, or wants more than data.</exception>
    public object? Read()
    {
        for (byte opcode = Byte(); opcode != '.'; opcode = Byte())
        {
            if (!Constant(opcode) && !Container(opcode) && !Reference(opcode))
            {
                throw source.Error(
                    $"its pickle has the opcode 0x{opcode:X2}, which no state dict of protocol 2 needs.",
                    "Save it again with torch.save(model.state_dict(), path), leaving the pickle protocol at its default, or as .safetensors.");
            }
        }

        return _stack.Count == 1 && _marks.Count == 0 ? Pop() : throw Wrong($"ends with {_stack.Count} values where one belongs");
    }

    /// <summary>Numbers, text and truth.</summary>
    bool Constant(byte opcode)
    {
        switch (opcode)
        {
            case 0x80:
                return CheckProtocol(Byte());
            case (byte)'N':
                return Push(null);
            case 0x88 or 0x89:
                return Push(opcode == 0x88);
            case (byte)'K':
                return Push((long)Byte());
            case (byte)'M':
                return Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)));
            case (byte)'J':
                return Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)));
            case 0x8A:
                return Push(Whole(Bytes(Byte())));
            case (byte)'G':
                return Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)));
            case (byte)'X' or (byte)'T':
                return Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))));
            case (byte)'U':
                return Push(Text(Byte()));
            default:
                return false;
        }
    }

    /// <summary>Tuples, lists and dictionaries.</summary>
    bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(':
                _marks.Push(_stack.Count);
                return true;
            case (byte)')':
                return Push(Array.Empty<object?>());
            case 0x85 or 0x86 or 0x87:
                return Push(Take(opcode - 0x84));
            case (byte)'t':
                return Push(ToMark());
            case (byte)']':
                return Push(new PthList());
            case (byte)'a' or (byte)'e':
                object?[] items = opcode == 'a' ? Take(1) : ToMark();
                Top<PthList>().AddRange(items);
                return true;
            case (byte)'}':
                return Push(new PthDict());
            case (byte)'s' or (byte)'u':
                object?[] pairs = opcode == 's' ? Take(2) : ToMark();
                Fill(Top<PthDict>(), pairs);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What was there before, and what lies outside.</summary>
    bool Reference(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'q' or (byte)'r':
                Remember(Index(opcode == 'q'));
                return true;
            case (byte)'h' or (byte)'j':
                long index = Index(opcode == 'h');
                return Push(index < _memo.Count ? _memo[(int)index] : throw Wrong($"takes value {index} of {_memo.Count} that were kept"));
            case (byte)'c':
                return Push(Global(Line(), Line()));
            case (byte)'R':
                object?[] call = Take(2);
                return Push(Call(call[0], call[1]));
            case (byte)'b':
                // Attributes of a dictionary or a parameter, of which tensors need none.
                _ = Pop();
                return Top<object>() is PthDict or PthTensor ? true : throw Wrong("sets the state of something that has none");
            case (byte)'Q':
                return Push(Storage(Pop()));
            default:
                return false;
        }
    }

    bool CheckProtocol(byte protocol) => protocol == 2
        ? true
        : throw source.Error(
            $"its pickle is of protocol {protocol}, where torch.save writes 2.",
            "Save it again with torch.save(model.state_dict(), path), leaving the pickle protocol at its default.");

    static object Whole(byte[] bytes)
    {
        // Longer ones, such as the state of a random generator, are only carried along.
        BigInteger number = new(bytes);
        return bytes.Length <= sizeof(long) ? (object)(long)number : number;
    }

    void Fill(PthDict dictionary, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw Wrong("has a key without a value");
        }

        for (int i = 0; i < pairs.Length; i += 2)
        {
            string key = pairs[i] switch
            {
                string text => text,
                long number => $"{number}",
                _ => throw Wrong("has a dictionary whose keys are neither text nor whole numbers"),
            };
            if (!dictionary.TryPut(key, pairs[i + 1]))
            {
                throw Wrong($"names '{Short(key)}' twice");
            }
        }
    }

    /// <summary>Python fills the memo in order, so nothing needs to be looked up by hash, which an attacker could slow down.</summary>
    void Remember(long index)
    {
        if (index < _memo.Count)
        {
            _memo[(int)index] = Top<object>();
        }
        else if (index == _memo.Count)
        {
            _memo.Add(Top<object>());
        }
        else
        {
            throw Wrong($"keeps a value as number {index} when {_memo.Count} were kept");
        }
    }

    object Global(string module, string name)
    {
        // Older files name the device's own types.
        string full = $"{(module == "torch.cuda" ? "torch" : module)}.{name}";
        return full switch
        {
            "collections.OrderedDict" => PthFunction.OrderedDict,
            "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => PthFunction.RebuildTensor,
            "torch._utils._rebuild_parameter" or "torch.nn.parameter.Parameter" => PthFunction.RebuildParameter,
            _ => (object?)TypeOf(full) ?? throw source.Error(
                $"its pickle asks for '{Short(module)}.{Short(name)}', which is no part of a state dict.",
                "Nothing of it was run. Save the weights alone, torch.save(model.state_dict(), path) in PyTorch, or as .safetensors."),
        };
    }

    static StoredType? TypeOf(string storage) => storage switch
    {
        "torch.FloatStorage" => StoredType.Float32,
        "torch.DoubleStorage" => StoredType.Float64,
        "torch.HalfStorage" => StoredType.Float16,
        "torch.BFloat16Storage" => StoredType.BFloat16,
        "torch.LongStorage" => StoredType.Int64,
        "torch.IntStorage" => StoredType.Int32,
        "torch.ShortStorage" => StoredType.Int16,
        "torch.CharStorage" => StoredType.Int8,
        "torch.ByteStorage" => StoredType.UInt8,
        "torch.BoolStorage" => StoredType.Bool,
        _ => null,
    };

    object Call(object? function, object? arguments) => (function, arguments as object?[]) switch
    {
        (PthFunction.OrderedDict, []) => new PthDict(),
        (PthFunction.RebuildTensor, [PthStorage storage, long offset, object?[] sizes, object?[] strides, ..]) =>
            new PthTensor(storage, offset, sizes, strides),
        (PthFunction.RebuildParameter, [PthTensor tensor, ..]) => tensor,
        _ => throw Wrong("calls something with arguments that do not belong to it"),
    };

    PthStorage Storage(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", StoredType type, string key, string, long count, ..])
        {
            throw Wrong("names something outside that is no storage");
        }

        if (parts.Length > 5 && parts[5] is not null)
        {
            throw Wrong("has a storage that is a part of another, as only the first versions of PyTorch wrote it");
        }

        PthStorage storage = new(type, key, count);
        return _storages.TryAdd(key, storage) || _storages[key] == storage
            ? _storages[key]
            : throw Wrong($"gives storage '{Short(key)}' two types or lengths");
    }

    bool Push(object? value)
    {
        _stack.Add(value);
        return true;
    }

    object? Pop() => Take(1)[0];

    T Top<T>()
        where T : class => _stack.Count > Floor && _stack[^1] is T top ? top : throw Wrong("takes a value that is not there or of another kind");

    /// <summary>The uppermost values, taken off.</summary>
    object?[] Take(int count)
    {
        if (_stack.Count - Floor < count)
        {
            throw Wrong("takes more values than are there");
        }

        object?[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    object?[] ToMark()
    {
        int count = _marks.Count > 0 ? _stack.Count - Floor : throw Wrong("ends a group that was never begun");
        object?[] values = Take(count);
        _marks.Pop();
        return values;
    }

    /// <summary>What lies below the last mark is out of reach until the mark is taken.</summary>
    int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    long Index(bool small) => small ? Byte() : BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    byte Byte()
    {
        Span<byte> one = stackalloc byte[1];
        Count(1);
        source.Read(one, What);
        return one[0];
    }

    byte[] Bytes(long count)
    {
        Count(count);
        return source.Take(count, What);
    }

    void Count(long bytes)
    {
        if (bytes > _left)
        {
            throw source.Error(
                $"its pickle has more than {MostBytes} bytes, far more than names and shapes need.", "Save the weights alone: torch.save(model.state_dict(), path).");
        }

        _left -= (int)bytes;
    }

    string Text(long count)
    {
        try
        {
            return Unicode.GetString(Bytes(count));
        }
        catch (DecoderFallbackException e)
        {
            throw source.Error("its pickle has text that is no Unicode.", "The file is damaged: save or fetch it again.", e);
        }
    }

    string Line()
    {
        StringBuilder line = new();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            line.Append((char)next);
        }

        return line.ToString();
    }

    static string Short(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";

    DataFormatException Wrong(string what) => source.Error($"its pickle {what}.", "The file is damaged or no state dict: save or fetch it again.");
}
