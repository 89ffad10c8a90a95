using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Criterion.Formats;

/// <summary>
/// Reads pickles of protocols 0 to 5 as PyTorch writes them, without executing anything: numbers, text, tuples, lists and dictionaries are
/// data, tensors and storages are described, and every other object is an opaque value of which only the name is kept.
/// </summary>
/// <remarks>
/// Without recursion, and with memory and time proportional to the bytes read: a stack, a memo, and references. Source: Python,
/// <c>pickletools</c> and <c>pickle</c>; torch.serialization.
/// </remarks>
internal sealed class PthPickle(ByteSource source)
{
    const int MostProtocol = 5;

    readonly List<object?> _stack = [];
    readonly Stack<int> _marks = [];
    readonly PthMemo _memo = new();
    readonly Dictionary<string, PthStorage> _storages = [];
    readonly PthPickleBytes _bytes = new(source);

    /// <summary>Gets the storages of the pickle by their keys.</summary>
    public IReadOnlyDictionary<string, PthStorage> Storages => _storages;

    /// <summary>Reads the next pickle.</summary>
    /// <exception cref="DataFormatException">The pickle is damaged.</exception>
    public object? Read()
    {
        for (byte opcode = _bytes.Byte(); opcode != '.'; opcode = _bytes.Byte())
        {
            _bytes.Charge(1);
            if (!Number(opcode) && !Text(opcode) && !Container(opcode) && !Reference(opcode) && !Instance(opcode))
            {
                throw opcode is 0x97 or 0x98
                    ? source.Error("its pickle needs out-of-band buffers, which are not in the file.", "Save it without a buffer_callback.")
                    : source.Error($"its pickle has the unknown opcode 0x{opcode:X2}.", "The file is damaged: save or download it again.");
            }
        }

        return _stack.Count == 1 && _marks.Count == 0 ? Pop() : throw Damaged($"ends with {_stack.Count} values instead of one");
    }

    /// <summary>Handles numbers and booleans.</summary>
    bool Number(byte opcode) => opcode switch
    {
        0x80 => CheckProtocol(_bytes.Byte()),
        0x95 => _bytes.Skip(sizeof(long)), // a frame: a hint for buffering
        (byte)'N' => Push(null),
        0x88 or 0x89 => Push(opcode == 0x88),
        (byte)'K' => Push((long)_bytes.Byte()),
        (byte)'M' => Push((long)BinaryPrimitives.ReadUInt16LittleEndian(_bytes.Take(2))),
        (byte)'J' => Push((long)BinaryPrimitives.ReadInt32LittleEndian(_bytes.Take(4))),
        0x8A => Push(Integer(_bytes.Take(_bytes.Byte()))),
        0x8B => Push(_bytes.Opaque(_bytes.Length32(), "int")),
        (byte)'G' => Push(BinaryPrimitives.ReadDoubleBigEndian(_bytes.Take(8))),
        (byte)'I' or (byte)'L' => Push(Integer(_bytes.Line())),
        (byte)'F' => Push(Real(_bytes.Line())),
        _ => false,
    };

    /// <summary>Handles text and bytes.</summary>
    bool Text(byte opcode) => opcode switch
    {
        (byte)'X' or (byte)'T' => Push(_bytes.Text(_bytes.Length32())),
        (byte)'U' or 0x8C => Push(_bytes.Text(_bytes.Byte())),
        0x8D => Push(_bytes.Text(_bytes.Length64())),
        (byte)'C' => Push(_bytes.Opaque(_bytes.Byte(), "bytes")),
        (byte)'B' => Push(_bytes.Opaque(_bytes.Length32(), "bytes")),
        0x8E => Push(_bytes.Opaque(_bytes.Length64(), "bytes")),
        0x96 => Push(_bytes.Opaque(_bytes.Length64(), "bytearray")),
        (byte)'V' => Push(_bytes.Line()),
        (byte)'S' => Push(_bytes.Line().Trim('\'', '"')),
        _ => false,
    };

    /// <summary>Handles tuples, lists, dictionaries and sets.</summary>
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
            case (byte)'l':
                return Push(new PthList(ToMark()));
            case (byte)'a' or (byte)'e':
                return Append(opcode == 'a' ? Take(1) : ToMark());
            case (byte)'}':
                return Push(new PthDict());
            case (byte)'d':
                object?[] entries = ToMark();
                return Push(new PthDict()) && Fill(entries);
            case (byte)'s' or (byte)'u':
                return Fill(opcode == 's' ? Take(2) : ToMark());
            case 0x8F:
                return Push(new PthOpaque("set"));
            case 0x90:
                _ = ToMark();
                return Top<PthOpaque>() is not null;
            case 0x91:
                _ = ToMark();
                return Push(new PthOpaque("frozenset"));
            default:
                return false;
        }
    }

    /// <summary>Handles values from the memo and the stack.</summary>
    bool Reference(byte opcode)
    {
        switch (opcode)
        {
            case 0x94:
                return Remember(_memo.Count);
            case (byte)'q' or (byte)'r' or (byte)'p':
                return Remember(Index(opcode, 'q', 'r'));
            case (byte)'h' or (byte)'j' or (byte)'g':
                long index = Index(opcode, 'h', 'j');
                return Push(
                    _memo.TryGet(index, out object? kept) ? kept : throw Damaged($"refers to value {index}, which was never stored"));
            case (byte)'2':
                return Push(Top<object>());
            case (byte)'0':
                return Drop();
            case (byte)'1':
                _ = ToMark();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Handles classes, functions, their results, and objects outside the pickle. None is resolved or executed.</summary>
    bool Instance(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c':
                return Push(PthGlobal.Of(_bytes.Line(), _bytes.Line()));
            case 0x93:
                return Push(
                    Take(2) is [string place, string name] ? PthGlobal.Of(place, name) : throw Damaged("has a class without a name"));
            case 0x82 or 0x83 or 0x84:
                _ = _bytes.Take(1 << (opcode - 0x82));
                return Push(new PthGlobal("an entry of Python's extension registry"));
            case (byte)'R' or 0x81:
                object?[] call = Take(2);
                return Push(Call(call[0], call[1]));
            case 0x92:
                object?[] keywords = Take(3);
                return Push(Call(keywords[0], keywords[1]));
            case (byte)'i':
                PthGlobal type = PthGlobal.Of(_bytes.Line(), _bytes.Line());
                return Push(Call(type, ToMark()));
            case (byte)'o':
                return Push(ToMark() is [var made, .. var given] ? Call(made, given) : throw Damaged("creates an object without a class"));
            case (byte)'b':
                // Attributes, which tensors and dictionaries do not need.
                _ = Pop();
                return Top<object>() is PthDict or PthList or PthTensor or PthView or PthOpaque
                    ? true
                    : throw Damaged("sets the state of an object that has none");
            case (byte)'Q':
                return Push(PersistentObject(Pop()));
            case (byte)'P':
                return Push(new PthOpaque($"persistent id {_bytes.Line()}"));
            default:
                return false;
        }
    }

    bool CheckProtocol(byte protocol) => protocol <= MostProtocol
        ? true
        : throw source.Error(
            $"its pickle is of protocol {protocol}, but only 0 to {MostProtocol} are supported.",
            "Save it again with an older pickle_protocol.");

    static object Integer(byte[] bytes)
    {
        // Longer ones, such as the state of a random generator, are not interpreted.
        BigInteger number = new(bytes);
        return bytes.Length <= sizeof(long) ? (object)(long)number : number;
    }

    static object Integer(string digits) => digits switch
    {
        "00" => false,
        "01" => true,
        _ when long.TryParse(digits.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
        _ => new PthOpaque("int"),
    };

    double Real(string digits) =>
        double.TryParse(digits, CultureInfo.InvariantCulture, out double number) ? number : throw Damaged("has an invalid number");

    bool Append(object?[] items)
    {
        if (Top<object>() is PthList list)
        {
            list.AddRange(items);
        }
        else
        {
            _ = Top<PthOpaque>();
        }

        return true;
    }

    bool Fill(object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw Damaged("has a key without a value");
        }

        PthDict? dictionary = Top<object>() as PthDict;
        _ = dictionary is null ? Top<PthOpaque>() : null;
        for (int i = 0; i < pairs.Length; i += 2)
        {
            dictionary?.Put(pairs[i], pairs[i + 1]);
        }

        return true;
    }

    bool Remember(long index)
    {
        _memo.Put(index, Top<object>());
        return true;
    }

    object? Call(object? function, object? arguments) => function switch
    {
        PthGlobal global => PthCalls.Call(global.Name, arguments as object?[] ?? [], _bytes.Charge),
        PthOpaque unknown => unknown,
        _ => throw Damaged("calls something that cannot be called"),
    };

    /// <summary>Returns a storage, or an opaque value for other objects outside the pickle, such as the source of a module.</summary>
    object PersistentObject(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", PthGlobal type, string key, string, long count, ..])
        {
            return new PthOpaque(id is object?[] and [string kind, ..] ? $"persistent id '{kind}'" : "persistent id");
        }

        PthStorage storage = new(PthType.OfStorage(type.Name), key, count);
        storage = _storages.TryAdd(key, storage) || _storages[key] == storage
            ? _storages[key]
            : throw Damaged($"gives storage '{PthGlobal.Short(key)}' two types or lengths");
        return parts is [_, _, _, _, _, object?[] and [_, long offset, long length], ..]
            ? new PthView(storage, offset, length)
            : new PthView(storage, 0, count);
    }

    bool Push(object? value)
    {
        _stack.Add(value);
        return true;
    }

    object? Pop() => Take(1)[0];

    /// <summary>Removes the top value, or the top mark if no value is above it.</summary>
    bool Drop()
    {
        if (_stack.Count == Floor && _marks.Count > 0)
        {
            _marks.Pop();
        }
        else
        {
            _ = Pop();
        }

        return true;
    }

    T? Top<T>()
        where T : class => _stack.Count > Floor && (_stack[^1] is T || (typeof(T) == typeof(object) && _stack[^1] is null))
            ? (T?)_stack[^1]
            : throw Damaged("uses a value that is missing or of another kind");

    /// <summary>Removes and returns the top values.</summary>
    object?[] Take(int count)
    {
        if (_stack.Count - Floor < count)
        {
            throw Damaged("uses more values than there are");
        }

        object?[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    object?[] ToMark()
    {
        int count = _marks.Count > 0 ? _stack.Count - Floor : throw Damaged("ends a group that was never started");
        object?[] values = Take(count);
        _marks.Pop();
        return values;
    }

    /// <summary>Gets the stack height of the last mark: values below it are out of reach until the mark is removed.</summary>
    int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    long Index(byte opcode, char one, char four) => opcode == one ? _bytes.Byte() : opcode == four ? _bytes.Length32()
        : long.TryParse(_bytes.Line(), NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? index
        : throw Damaged("stores a value under a key that is not a number");

    DataFormatException Damaged(string what) => _bytes.Damaged(what);
}
